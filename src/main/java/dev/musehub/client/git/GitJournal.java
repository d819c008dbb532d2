package dev.musehub.client.git;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Maps each commit of git to its commit of Muse. The file {@code .muse/musehub/git-import} has one line with the
 * options, then one line per commit, which is written after all files of the commit. After a killed import the next one
 * continues from there. Confined to one thread, and by a lock to one process.
 */
final class GitJournal implements AutoCloseable {

    private final FileChannel file;
    private final Map<GitId, Sha256> commits = new HashMap<>();

    private GitJournal(FileChannel file) {
        this.file = file;
    }

    /** Whether an import made the repository, or began to. */
    static boolean exists(Path root) {
        return Files.isRegularFile(file(root));
    }

    private static Path file(Path root) {
        return root.resolve(".muse/musehub/git-import");
    }

    /**
     * Opens the journal, or makes a new one.
     *
     * @throws Problem {@code conflict} if another import is running here, or an earlier one had other {@code options}
     */
    static GitJournal open(Path root, String options) throws IOException {
        Files.createDirectories(file(root).getParent());
        FileChannel channel = FileChannel.open(file(root), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        GitJournal journal = new GitJournal(channel);
        try {
            if (channel.tryLock() == null) {
                throw new Problem(Problem.Code.CONFLICT, "another import into " + root + " is running; wait until it"
                        + " ends");
            }
            journal.read(file(root), options);
            return journal;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void read(Path path, String options) throws IOException {
        String text = Files.readString(path, StandardCharsets.ISO_8859_1);
        // A kill may have cut off the last line; it does not count.
        List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        if (lines.isEmpty()) {
            file.truncate(0);
            append(options + "\n");
            return;
        }
        if (!lines.getFirst().equals(options)) {
            throw new Problem(Problem.Code.CONFLICT, "this repository was imported with other options (" + options
                    + " now, " + lines.getFirst() + " then); use those, or another directory");
        }
        for (String line : lines.subList(1, lines.size())) {
            String[] ids = line.split(" ");
            commits.put(GitId.parse(ids[0]), Sha256.parseHex(ids[1]).orElseThrow(() -> new Problem(
                    Problem.Code.DAMAGED_REPOSITORY, path + " is damaged; delete the imported repository and import"
                    + " again")));
        }
        file.truncate(text.lastIndexOf('\n') + 1);
        file.position(file.size());
    }

    int size() {
        return commits.size();
    }

    /** The commit of Muse for a commit of git. */
    Optional<Sha256> get(GitId commit) {
        return Optional.ofNullable(commits.get(commit));
    }

    /** Adds commits. All their files must be written. */
    void add(Map<GitId, Sha256> made) throws IOException {
        StringBuilder lines = new StringBuilder();
        made.forEach((git, muse) -> lines.append(git.hex()).append(' ').append(muse.hex()).append('\n'));
        append(lines.toString());
        commits.putAll(made);
    }

    private void append(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
