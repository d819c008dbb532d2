package dev.musehub.core.history;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A commit as a map of fields, in the one order that Muse writes (format.md, "Commits"). The same map is the JSON
 * file, with bare hex ids, and the commit on the wire, with {@code sha256:} before them.
 */
public enum CommitFields {

    FILE(Sha256::hex, Sha256::parseHex),
    WIRE(Sha256::toString, Sha256::parse);

    private final Function<Sha256, String> write;
    private final Function<String, Optional<Sha256>> read;

    CommitFields(Function<Sha256, String> write, Function<String, Optional<Sha256>> read) {
        this.write = write;
        this.read = read;
    }

    public Value.Dict of(Commit c) {
        Value.Builder metadata = Value.dict();
        c.metadata().forEach(metadata::put);
        return Value.dict()
                .put("commit_id", write.apply(c.id()))
                .put("repo_id", c.repoId())
                .put("branch", c.branch())
                .put("snapshot_id", write.apply(c.snapshotId()))
                .put("message", c.message())
                .put("committed_at", c.committedAt())
                .put("parent_commit_id", optional(c.parent1()))
                .put("parent2_commit_id", optional(c.parent2()))
                .put("author", c.author())
                .put("metadata", metadata.build())
                .put("structured_delta", c.structuredDelta().orElse(Value.NULL))
                .put("sem_ver_bump", c.semVerBump())
                .put("breaking_changes", Value.texts(c.breakingChanges()))
                .put("agent_id", c.agentId())
                .put("model_id", c.modelId())
                .put("toolchain_id", c.toolchainId())
                .put("prompt_hash", c.promptHash())
                .put("signature", c.signature())
                .put("signer_key_id", c.signerKeyId())
                .put("format_version", c.formatVersion())
                .put("reviewed_by", Value.texts(c.reviewedBy()))
                .put("test_runs", c.testRuns())
                .build();
    }

    private Value optional(Optional<Sha256> id) {
        return id.<Value>map(v -> new Value.Text(write.apply(v))).orElse(Value.NULL);
    }

    /**
     * The commit of such a map; absent fields take Muse's defaults, unknown ones are dropped as Muse drops them.
     *
     * @throws Problem {@code invalid-commit} or {@code invalid-id}; {@code bad-request} for a field of a wrong type
     */
    public Commit parse(Value.Dict d) {
        Map<String, String> metadata = new LinkedHashMap<>();
        d.dict("metadata").entries().forEach((k, v) -> metadata.put(k, v.asText("metadata")));
        return new Commit(
                id(d, "commit_id").orElseThrow(() -> absent("commit_id")),
                d.text("repo_id", ""),
                d.text("branch", ""),
                id(d, "snapshot_id").orElseThrow(() -> absent("snapshot_id")),
                d.text("message", ""),
                d.get("committed_at").orElseThrow(() -> absent("committed_at")).asText("committed_at"),
                id(d, "parent_commit_id"),
                id(d, "parent2_commit_id"),
                d.text("author", ""),
                metadata,
                d.get("structured_delta"),
                d.text("sem_ver_bump", "none"),
                d.texts("breaking_changes"),
                d.text("agent_id", ""),
                d.text("model_id", ""),
                d.text("toolchain_id", ""),
                d.text("prompt_hash", ""),
                d.text("signature", ""),
                d.text("signer_key_id", ""),
                d.integer("format_version", 1),
                d.texts("reviewed_by"),
                d.integer("test_runs", 0));
    }

    private Optional<Sha256> id(Value.Dict d, String key) {
        return d.get(key).map(v -> read.apply(v.asText(key)).orElseThrow(() -> new Problem(Problem.Code.INVALID_ID,
                "commit field " + key + " is not an id")));
    }

    private static Problem absent(String key) {
        return new Problem(Problem.Code.INVALID_COMMIT, "a commit without " + key);
    }
}
