package dev.musehub.client.transfer;

import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.MuseJson;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.SafeFiles;
import dev.musehub.core.history.Labels;
import dev.musehub.core.history.Labels.LabelKind;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Gatherers;

/**
 * The tags and releases of a local repository (files such as {@code tags/<repo_id>/<uuid>.json}), called labels, and
 * their exchange with a hub. Each side gets the labels that it lacks; none is deleted. A label waits while its commit
 * is missing on the other side.
 */
public final class LabelFiles {

    /** Labels per request. */
    private static final int WINDOW = 500;

    private final MuseRepository repository;

    public LabelFiles(MuseRepository repository) {
        this.repository = repository;
    }

    /** Sends all labels if the {@code digest} of those at the hub differs; returns how many of them the hub has now. */
    long push(HubClient hub, Sha256 digest) {
        Map<LabelKind, Map<UUID, Value.Dict>> local = all();
        if (isEmpty(local) || digest(local).equals(digest)) {
            return 0;
        }
        long stored = 0;
        for (LabelKind kind : LabelKind.values()) {
            stored += local.get(kind).values().stream().<Value>map(Labels::toWire)
                    .gather(Gatherers.windowFixed(WINDOW)).mapToLong(window -> hub.addLabels(kind, window)).sum();
        }
        return stored;
    }

    /** Writes the labels that are missing here and whose commits are here; returns their number. */
    public long fetch(HubClient hub, Sha256 digest) {
        Map<LabelKind, Map<UUID, Value.Dict>> local = all();
        if (digest(local).equals(digest)) {
            return 0;
        }
        long written = 0;
        Value.Dict remote = hub.labels();
        for (LabelKind kind : LabelKind.values()) {
            for (Value value : remote.list(kind.plural())) {
                Value.Dict label = value.asDict(kind.plural());
                UUID id = kind.id(label);
                boolean known = label.get("commit_id").map(v -> repository.hasCommit(v.asId("commit_id")))
                        .orElse(false);
                if (known && !local.get(kind).containsKey(id)) {
                    write(kind, id, Labels.toFile(label));
                    written++;
                }
            }
        }
        return written;
    }

    /** The commit that a tag names; empty if there is no such tag. */
    public Optional<Sha256> tagged(UUID id) {
        Path file = directory(LabelKind.TAG).resolve(id + ".json");
        return Files.exists(file) ? Sha256.parseHex(MuseJson.read(file).text("commit_id", "")) : Optional.empty();
    }

    /** Writes a tag. */
    public void tag(UUID id, Sha256 commit, String name, String createdAt) {
        write(LabelKind.TAG, id, Value.dict().put("tag_id", id.toString()).put("repo_id", repository.repoId())
                .put("commit_id", commit.hex()).put("tag", name).put("created_at", createdAt).build());
    }

    private static boolean isEmpty(Map<LabelKind, Map<UUID, Value.Dict>> labels) {
        return labels.values().stream().allMatch(Map::isEmpty);
    }

    private static Sha256 digest(Map<LabelKind, Map<UUID, Value.Dict>> labels) {
        return Labels.digest(labels.get(LabelKind.TAG).keySet(), labels.get(LabelKind.RELEASE).keySet());
    }

    private Map<LabelKind, Map<UUID, Value.Dict>> all() {
        Map<LabelKind, Map<UUID, Value.Dict>> all = new EnumMap<>(LabelKind.class);
        for (LabelKind kind : LabelKind.values()) {
            all.put(kind, read(kind));
        }
        return all;
    }

    private Map<UUID, Value.Dict> read(LabelKind kind) {
        Map<UUID, Value.Dict> labels = new TreeMap<>();
        Path directory = directory(kind);
        if (!Files.isDirectory(directory)) {
            return labels;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                Value.Dict label = MuseJson.read(file);
                labels.put(kind.id(label), label);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return labels;
    }

    private void write(LabelKind kind, UUID id, Value.Dict label) {
        try {
            SafeFiles.write(directory(kind).resolve(id + ".json"), MuseJson.encode(label));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The directory of the labels. Its name is the id of the repository, which may come from a hub, so it is checked.
     */
    private Path directory(LabelKind kind) {
        String id = repository.repoId();
        if (!id.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}")) {
            throw new Problem(Problem.Code.DAMAGED_REPOSITORY, "the repo_id in .muse/repo.json is not a plain name;"
                    + " tags are kept below it");
        }
        return repository.root().resolve(".muse").resolve(kind.plural()).resolve(id);
    }
}
