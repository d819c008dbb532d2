package dev.musehub.client.muse;

import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.history.Ids;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A {@code .muse} directory as Muse 0.1.5 reads and writes it (format.md), so that both can work on it in turn. It is
 * safer than Muse: files are renamed into place, every read recomputes the id, and a damaged commit or snapshot file is
 * replaced when its content arrives again. Safe for several threads that write different things. Failures of the disk
 * are {@link UncheckedIOException}s.
 */
public final class MuseRepository {

    private static final String HEAD_REF = "ref: refs/heads/";
    private static final String HEAD_COMMIT = "commit: ";

    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'+00:00'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'+00:00'").withZone(ZoneOffset.UTC);

    private final Path root;
    private final Path muse;
    private final Value.Dict identity;
    private final ObjectFiles objects;
    private final SnapshotReader snapshots = new SnapshotReader();
    private final SnapshotWriter written = new SnapshotWriter();

    private MuseRepository(Path root) {
        this.root = root;
        this.muse = root.resolve(".muse");
        this.identity = MuseJson.read(muse.resolve("repo.json"));
        this.objects = new ObjectFiles(muse.resolve("objects"));
    }

    /** Opens the repository whose tree contains {@code start}. {@code MUSE_REPO_ROOT} goes before it, as in Muse. */
    public static MuseRepository find(Path start) {
        String named = System.getenv("MUSE_REPO_ROOT");
        Path from = named == null || named.isBlank() ? start.toAbsolutePath().normalize() : Path.of(named);
        for (Path dir = from; dir != null; dir = dir.getParent()) {
            // A home directory has a .muse too, with tokens and without a repository.
            if (Files.isRegularFile(dir.resolve(".muse/repo.json"))) {
                return open(dir);
            }
        }
        throw new Problem(Problem.Code.NO_REPOSITORY, "there is no Muse repository in " + from
                + " or above it; change into one");
    }

    /** Opens the repository with working tree {@code root}. */
    public static MuseRepository open(Path root) {
        if (!Files.isRegularFile(root.resolve(".muse/repo.json"))) {
            throw new Problem(Problem.Code.NO_REPOSITORY, root + " holds no Muse repository");
        }
        return new MuseRepository(root);
    }

    /** Makes a new repository as the clone of Muse does: {@code branch} is checked out and has no commit. */
    public static MuseRepository create(Path root, String repoId, String domain, String branch) throws IOException {
        Path muse = root.resolve(".muse");
        for (String dir : new String[] {"refs/heads", "objects", "commits", "snapshots"}) {
            Files.createDirectories(muse.resolve(dir));
        }
        SafeFiles.write(muse.resolve("repo.json"), MuseJson.encode(Value.dict()
                .put("repo_id", repoId.isEmpty() ? UUID.randomUUID().toString() : repoId)
                .put("schema_version", "0.1.5")
                .put("created_at", time(Instant.now()))
                .put("domain", domain.isEmpty() ? "midi" : domain).build()));
        MuseRepository repository = new MuseRepository(root);
        repository.setHeadBranch(branch);
        SafeFiles.write(repository.branchFile(branch), new byte[0]);
        return repository;
    }

    /** A time as Python's {@code isoformat} writes it. */
    public static String time(Instant time) {
        return (time.getNano() / 1000 == 0 ? SECONDS : MICROSECONDS).format(time);
    }

    public ObjectFiles objects() {
        return objects;
    }

    public Path root() {
        return root;
    }

    public Path configFile() {
        return muse.resolve("config.toml");
    }

    public String repoId() {
        return identity.text("repo_id", "");
    }

    /** The domain. As in Muse, a repository without one is {@code midi}. */
    public String domain() {
        return identity.text("domain", "midi");
    }

    /** The checked-out branch; empty if HEAD names a commit. */
    public Optional<String> currentBranch() {
        String head = SafeFiles.text(muse.resolve("HEAD")).orElseThrow(this::badHead).strip();
        if (head.startsWith(HEAD_REF)) {
            return Optional.of(BranchNames.check(head.substring(HEAD_REF.length())));
        }
        if (head.startsWith(HEAD_COMMIT) && Sha256.parseHex(head.substring(HEAD_COMMIT.length())).isPresent()) {
            return Optional.empty();
        }
        throw badHead();
    }

    /**
     * The branch to work on: the named one, or the checked-out one.
     *
     * @throws Problem {@code bad-request} if none is named and none is checked out
     */
    public String branchOr(Optional<String> named) {
        return named.or(this::currentBranch).orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST,
                "no branch is checked out here; name a branch"));
    }

    private Problem badHead() {
        return new Problem(Problem.Code.DAMAGED_REPOSITORY, muse.resolve("HEAD") + " names neither a branch nor a"
                + " commit; write 'ref: refs/heads/BRANCH' into it");
    }

    void setHeadBranch(String branch) {
        write(muse.resolve("HEAD"), HEAD_REF + BranchNames.check(branch) + "\n");
    }

    /** The head of a branch; empty if the branch is absent or has no commit. */
    public Optional<Sha256> head(String branch) {
        return id(branchFile(branch));
    }

    /**
     * The head of a branch.
     *
     * @throws Problem {@code not-found} if the branch is absent or has no commit
     */
    public Sha256 requireHead(String branch) {
        return head(branch).orElseThrow(() -> new Problem(Problem.Code.NOT_FOUND,
                "branch '" + branch + "' does not exist here or has no commit"));
    }

    public void setHead(String branch, Sha256 head) {
        write(branchFile(branch), head.hex());
    }

    /** All branches that have a commit. */
    public Map<String, Sha256> heads() {
        return refs(muse.resolve("refs/heads"));
    }

    /** The head of a remote branch, as last seen. */
    public Optional<Sha256> remoteHead(String remote, String branch) {
        return id(remoteFile(remote, branch));
    }

    public void setRemoteHead(String remote, String branch, Sha256 head) {
        write(remoteFile(remote, branch), head.hex());
    }

    public void forgetRemoteHead(String remote, String branch) {
        try {
            Files.deleteIfExists(remoteFile(remote, branch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All heads of a remote, as last seen. */
    public Map<String, Sha256> remoteHeads(String remote) {
        return refs(muse.resolve("remotes").resolve(Config.checkRemote(remote)));
    }

    private Path branchFile(String branch) {
        return muse.resolve("refs/heads").resolve(BranchNames.check(branch));
    }

    private Path remoteFile(String remote, String branch) {
        return muse.resolve("remotes").resolve(Config.checkRemote(remote)).resolve(BranchNames.check(branch));
    }

    private Map<String, Sha256> refs(Path directory) {
        Map<String, Sha256> refs = new TreeMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.filter(Files::isRegularFile).forEach(file -> {
                    String name = directory.relativize(file).toString();
                    if (BranchNames.isValid(name)) {
                        id(file).ifPresent(id -> refs.put(name, id));
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return refs;
    }

    private static Optional<Sha256> id(Path file) {
        String text = SafeFiles.text(file).map(String::strip).orElse("");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Sha256.parseHex(text).orElseThrow(() -> new Problem(Problem.Code.DAMAGED_REPOSITORY, file
                + " does not hold the id of a commit; write one into it, or delete it")));
    }

    /** Writes a move into the reflogs, as Muse does (format.md). */
    public void logMove(String branch, Optional<Sha256> old, Sha256 head, String operation) {
        String line = old.map(Sha256::hex).orElse("0".repeat(Sha256.HEX_LENGTH)) + " " + head.hex() + " user "
                + Instant.now().getEpochSecond() + " +0000\t" + operation + "\n";
        SafeFiles.append(muse.resolve("logs/refs/heads").resolve(BranchNames.check(branch)), line);
        SafeFiles.append(muse.resolve("logs/HEAD"), line);
    }

    public boolean hasCommit(Sha256 id) {
        return Files.exists(commitFile(id));
    }

    /**
     * Reads a commit and recomputes its id.
     *
     * @throws Problem {@code damaged-repository} if it is absent, unreadable, or does not match its id
     */
    public Commit readCommit(Sha256 id) {
        Path file = commitFile(id);
        try {
            Commit commit = CommitFields.FILE.parse(MuseJson.read(file));
            if (!commit.id().equals(id)) {
                throw new Problem(Problem.Code.COMMIT_MISMATCH, "the file holds commit " + commit.id().hex()
                        + "; restore it from a clone");
            }
            return commit.checked();
        } catch (Problem e) {
            throw new Problem(Problem.Code.DAMAGED_REPOSITORY, file + ": " + e.getMessage(), e);
        }
    }

    /** Writes a commit. An existing file is kept, because it may hold annotations, unless it is damaged. */
    public void writeCommit(Commit commit) {
        if (hasCommit(commit.id())) {
            try {
                readCommit(commit.id());
                return;
            } catch (Problem e) {
                // Half written, by a program that does not rename. The good one replaces it.
            }
        }
        rewriteCommit(commit);
    }

    /** Replaces the file of a commit, for annotations and signatures, which the id does not cover. */
    void rewriteCommit(Commit commit) {
        write(commitFile(commit.id()), MuseJson.encode(CommitFields.FILE.of(commit)));
    }

    public boolean hasSnapshot(Sha256 id) {
        return Files.exists(snapshotFile(id));
    }

    /**
     * Reads a snapshot and recomputes its id.
     *
     * @throws Problem {@code damaged-repository} if it is absent, unreadable, or does not match its id
     */
    public Snapshot readSnapshot(Sha256 id) {
        Path file = snapshotFile(id);
        try {
            Snapshot snapshot = snapshots.read(file);
            if (!snapshot.id().equals(id) || !Ids.snapshot(snapshot.manifest()).equals(id)) {
                throw new Problem(Problem.Code.DAMAGED_REPOSITORY, file + " holds another snapshot than its name says;"
                        + " restore it from a clone or a backup");
            }
            return snapshot;
        } catch (IOException e) {
            throw MuseJson.damaged(file, e);
        }
    }

    /** Writes a snapshot. An existing file is kept, with its first {@code created_at}, unless it is damaged. */
    public void writeSnapshot(Snapshot snapshot) {
        if (hasSnapshot(snapshot.id())) {
            try {
                readSnapshot(snapshot.id());
                return;
            } catch (Problem e) {
                // Half written, as for commits.
            }
        }
        write(snapshotFile(snapshot.id()), written.encode(snapshot));
    }

    private Path commitFile(Sha256 id) {
        return muse.resolve("commits").resolve(id.hex() + ".json");
    }

    private Path snapshotFile(Sha256 id) {
        return muse.resolve("snapshots").resolve(id.hex() + ".json");
    }

    private static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path file, byte[] content) {
        try {
            SafeFiles.write(file, content);
        } catch (FileAlreadyExistsException | NotDirectoryException e) {
            throw new Problem(Problem.Code.CONFLICT, file + " cannot be written: 'a' and 'a/b' cannot both be branches;"
                    + " delete or rename the other one", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
