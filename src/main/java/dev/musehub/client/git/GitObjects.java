package dev.musehub.client.git;

import dev.musehub.core.model.Problem;
import dev.musehub.files.LimitedStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads the objects of a git repository through one {@code git cat-file --batch}. Confined to one thread. */
public final class GitObjects implements AutoCloseable {

    /**
     * Requests that are sent before their answers are read. Git reads no requests while it writes an answer, so all of
     * them must fit into a pipe, which holds 64 KiB on Linux and 16 KiB on macOS.
     */
    private static final int AHEAD = 200;

    private static final int MAX_WHOLE_BYTES = 256 << 20;

    private final Process process;
    private final OutputStream requests;
    private final InputStream answers;

    GitObjects(Path gitDir) {
        process = Git.start(Git.local(List.of("--git-dir=" + gitDir, "cat-file", "--batch")));
        requests = new BufferedOutputStream(process.getOutputStream(), 1 << 14);
        answers = new BufferedInputStream(process.getInputStream(), 1 << 16);
    }

    /** Takes one object. The rest of {@code content} is skipped. */
    public interface ObjectConsumer {

        /** {@code type} is the type that git names, or {@code missing}, without content. */
        void take(GitId id, String type, long size, InputStream content) throws IOException;
    }

    /** Reads objects in the order given. */
    public void read(List<GitId> ids, ObjectConsumer taker) throws IOException {
        for (int from = 0; from < ids.size(); from += AHEAD) {
            List<GitId> some = ids.subList(from, Math.min(from + AHEAD, ids.size()));
            for (GitId id : some) {
                requests.write((id.hex() + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            requests.flush();
            for (GitId id : some) {
                answer(id, taker);
            }
        }
    }

    /**
     * The whole of one object.
     *
     * @throws Problem {@code damaged-repository} if it is missing, or of another type
     */
    public byte[] whole(GitId id, String type) throws IOException {
        byte[][] content = new byte[1][];
        read(List.of(id), (_, found, size, in) -> {
            if (!found.equals(type) || size > MAX_WHOLE_BYTES) {
                throw new Problem(Problem.Code.DAMAGED_REPOSITORY, "the git repository has no " + type + " " + id.hex()
                        + "; run 'git fsck' there to find out why");
            }
            content[0] = in.readNBytes((int) size);
        });
        return content[0];
    }

    private void answer(GitId id, ObjectConsumer taker) throws IOException {
        String[] head = line().split(" ");
        if (head.length != 3) {
            taker.take(id, "missing", 0, InputStream.nullInputStream());
            return;
        }
        long size = Long.parseLong(head[2]);
        LimitedStream content = new LimitedStream(answers, size, "git cat-file ended early");
        taker.take(id, head[1], size, content);
        content.skipNBytes(content.left());
        answers.read();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = answers.read(); c != '\n'; c = answers.read()) {
            if (c < 0) {
                throw new EOFException("git cat-file ended early");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** Ends git. */
    @Override
    public void close() throws IOException {
        requests.close();
        process.destroy();
        Git.ended(process);
    }
}
