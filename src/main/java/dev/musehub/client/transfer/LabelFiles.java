package dev.musehub.client.transfer;

import dev.musehub.client.hub.HubClient;
import dev.musehub.client.muse.MuseJson;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.SafeFiles;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.labels.Labels;
import dev.musehub.labels.Labels.LabelKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
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

    /**
     * What became of sent labels.
     *
     * @param stored how many of them the hub has now
     * @param waiting the commits of those that wait, because the hub does not have the commits
     */
    record LabelsSent(long stored, Set<Sha256> waiting) { }

    /** Sends all labels if the {@code digest} of those at the hub differs. */
    LabelsSent push(HubClient hub, Sha256 digest) {
        Map<LabelKind, Map<UUID, Value.Dict>> local = all();
        if (isEmpty(local) || digest(local).equals(digest)) {
            return new LabelsSent(0, Set.of());
        }
        long stored = 0;
        Set<Sha256> waiting = new LinkedHashSet<>();
        for (LabelKind kind : LabelKind.values()) {
            List<HubClient.LabelsKept> kept = local.get(kind).values().stream().<Value>map(Labels::toWire)
                    .gather(Gatherers.windowFixed(WINDOW)).map(window -> hub.addLabels(kind, window)).toList();
            for (HubClient.LabelsKept answer : kept) {
                stored += answer.stored();
                answer.unknown().forEach(id -> commitOf(local.get(kind), id).ifPresent(waiting::add));
            }
        }
        return new LabelsSent(stored, waiting);
    }

    /** The commit of a label of this repository; empty if it is not here. */
    private Optional<Sha256> commitOf(Map<UUID, Value.Dict> labels, String id) {
        return labels.entrySet().stream().filter(label -> label.getKey().toString().equals(id)).findFirst()
                .flatMap(label -> Sha256.parseHex(label.getValue().text("commit_id", "")))
                .filter(repository::hasCommit);
    }

    /**
     * Writes the labels that are missing here and whose commits are here; returns their number.
     *
     * @param absent may first bring the commits that are missing here
     */
    long fetch(HubClient hub, Sha256 digest, Consumer<Set<Sha256>> absent) {
        Map<LabelKind, Map<UUID, Value.Dict>> local = all();
        if (digest(local).equals(digest)) {
            return 0;
        }
        long written = 0;
        Value.Dict remote = hub.labels();
        Set<Sha256> missing = new LinkedHashSet<>();
        for (LabelKind kind : LabelKind.values()) {
            remote.list(kind.plural()).forEach(label -> label.asDict(kind.plural()).get("commit_id")
                    .map(id -> id.asId("commit_id")).filter(id -> !repository.hasCommit(id)).ifPresent(missing::add));
        }
        if (!missing.isEmpty()) {
            absent.accept(missing);
        }
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

    /** The tags here: their commits by id and name. */
    public record NamedTag(UUID id, String name, Sha256 commit) { }

    /** All tags of this repository. */
    public List<NamedTag> tags() {
        return read(LabelKind.TAG).entrySet().stream().flatMap(tag -> Sha256.parseHex(tag.getValue()
                .text("commit_id", "")).map(commit -> new NamedTag(tag.getKey(), tag.getValue().text("tag", ""),
                commit)).stream()).toList();
    }

    /** Removes a tag here. */
    public void removeTag(UUID id) {
        try {
            Files.deleteIfExists(directory(LabelKind.TAG).resolve(id + ".json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
