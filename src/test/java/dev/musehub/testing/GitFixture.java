package dev.musehub.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A bare git repository, filled through {@code git fast-import}; commits are a minute apart. */
public final class GitFixture {

    private static final String NOBODY = " <a@example.org> ";

    private final Path gitDir;
    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();
    private final Map<String, Integer> marks = new LinkedHashMap<>();
    private int next;

    /** A new one in {@code gitDir}, with branch {@code main} checked out. */
    public GitFixture(Path gitDir) {
        this.gitDir = gitDir;
        git(new byte[0], "init", "-q", "--bare", "--initial-branch=main", gitDir.toString());
    }

    public Path gitDir() {
        return gitDir;
    }

    /** What a git command in here prints. */
    public String git(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--git-dir=" + gitDir));
        all.addAll(List.of(arguments));
        return git(new byte[0], all.toArray(String[]::new));
    }

    /** The same, with something to read. */
    public static String git(byte[] input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(Map.of("GIT_CONFIG_NOSYSTEM", "1", "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_COMMITTER_NAME", "T", "GIT_COMMITTER_EMAIL", "t@example.org"));
        try {
            Process process = builder.start();
            Thread writer = Thread.ofVirtual().start(() -> {
                try (OutputStream out = process.getOutputStream()) {
                    out.write(input);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            writer.join();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("git failed: " + command);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Files of a commit, paths and contents in turn; null deletes, and {@code MODE:content} sets the mode. */
    public static Map<String, String> files(String... pathsAndContents) {
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            files.put(pathsAndContents[i], pathsAndContents[i + 1]);
        }
        return files;
    }

    /** A commit {@code name} on {@code branch} that changes files; its parents are other names. */
    public GitFixture commit(String name, String branch, String message, Map<String, String> files, String... parents) {
        return commit(name, branch, "A U Thor", message.getBytes(StandardCharsets.UTF_8), "", files, parents);
    }

    /** The same with everything; {@code header} is further lines. */
    public GitFixture commit(String name, String branch, String author, byte[] message, String header,
            Map<String, String> files, String... parents) {
        marks.put(name, ++next);
        String time = 1_770_000_000 + 60 * next + " +0100\n";
        put("commit refs/heads/" + branch + "\nmark :" + next + "\nauthor " + author + NOBODY + "17 +0000\ncommitter C"
                + NOBODY + time + header);
        data(message);
        for (int i = 0; i < parents.length; i++) {
            put((i == 0 ? "from :" : "merge :") + marks.get(parents[i]) + "\n");
        }
        files.forEach((path, content) -> {
            if (content == null) {
                put("D " + path + "\n");
            } else if (content.startsWith("160000:")) {
                put("M 160000 " + content.substring(7) + " " + path + "\n");
            } else {
                boolean mode = content.matches("(?s)1\\d{5}:.*");
                put("M " + (mode ? content.substring(0, 6) : "100644") + " inline " + path + "\n");
                data((mode ? content.substring(7) : content).getBytes(StandardCharsets.UTF_8));
            }
        });
        put("\n");
        return this;
    }

    /** An annotated tag. */
    public GitFixture tag(String tag, String commit) {
        put("tag " + tag + "\nfrom :" + marks.get(commit) + "\ntagger T" + NOBODY + "1780000000 +0000\n");
        data("released".getBytes(StandardCharsets.UTF_8));
        return this;
    }

    private void put(String text) {
        stream.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void data(byte[] content) {
        put("data " + content.length + "\n");
        stream.writeBytes(content);
        put("\n");
    }

    /** Lets git have it all; later commits may go on from these by their names. */
    public GitFixture done() {
        Path file = gitDir.resolve("test-marks");
        git(stream.toByteArray(), "--git-dir=" + gitDir, "fast-import", "--quiet", "--force",
                "--import-marks-if-exists=" + file, "--export-marks=" + file);
        stream.reset();
        return this;
    }
}
