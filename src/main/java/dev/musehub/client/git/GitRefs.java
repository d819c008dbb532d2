package dev.musehub.client.git;

import dev.musehub.cli.Meter;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.WorkingTree;
import dev.musehub.client.transfer.LabelFiles;
import dev.musehub.client.transfer.NewCommits;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Moves branches and tags to where git has them. The heads of the last import are stored as those of a remote {@code
 * git}: a branch that is not at that head has commits of its own and does not move.
 */
final class GitRefs {

    private static final String REMOTE = "git";

    private final MuseRepository target;

    GitRefs(MuseRepository target) {
        this.target = target;
    }

    /** Moves the branches, and the files of the checked-out one; returns messages about branches that did not move. */
    List<String> move(Map<String, Sha256> heads, boolean checkout, Meter meter) throws IOException {
        List<String> stayed = new ArrayList<>();
        Optional<String> current = target.currentBranch();
        target.remoteHeads(REMOTE).keySet().stream().filter(name -> !heads.containsKey(name)).forEach(gone -> {
            target.forgetRemoteHead(REMOTE, gone);
            stayed.add("branch " + gone + " no longer exists in git; it stays here");
        });
        for (Map.Entry<String, Sha256> head : heads.entrySet()) {
            String name = head.getKey();
            Optional<Sha256> old = target.head(name);
            if (old.isEmpty() || old.equals(target.remoteHead(REMOTE, name))
                    || new NewCommits(target).reaches(head.getValue(), old.get())) {
                move(name, old, head.getValue(), checkout && current.equals(Optional.of(name)), meter);
            } else {
                stayed.add("branch " + name + " has commits of its own, so it does not move; in git it is at "
                        + head.getValue().hex());
            }
            target.setRemoteHead(REMOTE, name, head.getValue());
        }
        return stayed;
    }

    private void move(String name, Optional<Sha256> old, Sha256 head, boolean checkout, Meter meter)
            throws IOException {
        if (checkout) {
            Manifest from = old.isEmpty() || isBare() ? Manifest.EMPTY : manifest(old.get());
            new WorkingTree(target).update(from, manifest(head), meter);
        }
        if (!old.equals(Optional.of(head))) {
            target.setHead(name, head);
            target.logMove(name, old, head, "import-git");
        }
    }

    /** Whether there are no files beside {@code .muse}. */
    private boolean isBare() throws IOException {
        try (Stream<Path> files = Files.list(target.root())) {
            return files.allMatch(file -> file.endsWith(".muse"));
        }
    }

    private Manifest manifest(Sha256 commit) {
        return target.readSnapshot(target.readCommit(commit).snapshotId()).manifest();
    }

    /**
     * Writes the new tags. A tag that moved in git moves: it becomes another tag of the same name, because a hub keeps
     * what it has under an id, and the one before is removed here.
     */
    long tag(List<GitRepository.Tag> tags, GitJournal journal, ImportOmissions leftOut) {
        LabelFiles labels = new LabelFiles(target);
        Map<String, List<LabelFiles.NamedTag>> present = labels.tags().stream()
                .collect(Collectors.groupingBy(LabelFiles.NamedTag::name));
        long written = 0;
        for (GitRepository.Tag tag : tags) {
            Optional<Sha256> commit = tag.commit().flatMap(journal::get);
            if (commit.isEmpty()) {
                leftOut.count(ImportOmissions.Reason.TAG, tag.name());
                continue;
            }
            List<LabelFiles.NamedTag> ours = present.getOrDefault(tag.name(), List.of()).stream()
                    .filter(this::isOurs).toList();
            if (ours.stream().noneMatch(there -> there.commit().equals(commit.get()))) {
                labels.tag(ours.isEmpty() ? first(tag.name()) : moved(tag.name(), commit.get()), commit.get(),
                        tag.name(), tag.at().map(MuseRepository::time)
                        .orElseGet(() -> target.readCommit(commit.get()).committedAt()));
                written++;
            }
            ours.stream().filter(there -> !there.commit().equals(commit.get()))
                    .forEach(there -> labels.removeTag(there.id()));
        }
        return written;
    }

    /** Whether an import has made a tag. Those that a user made with Muse stay. */
    private boolean isOurs(LabelFiles.NamedTag tag) {
        return tag.id().equals(first(tag.name())) || tag.id().equals(moved(tag.name(), tag.commit()));
    }

    private UUID first(String name) {
        return named(target.repoId() + "/" + name);
    }

    private UUID moved(String name, Sha256 commit) {
        return named(target.repoId() + "/" + name + "/" + commit.hex());
    }

    /** The UUID of version 5 for a name, in the namespace of URLs: the same name always gives the same UUID. */
    static UUID named(String name) {
        UUID addresses = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(ByteBuffer.allocate(16).putLong(addresses.getMostSignificantBits())
                    .putLong(addresses.getLeastSignificantBits()).flip());
            ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
            return new UUID(hash.getLong() & ~0xf000L | 0x5000L, hash.getLong() << 2 >>> 2 | 1L << 63);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }
}
