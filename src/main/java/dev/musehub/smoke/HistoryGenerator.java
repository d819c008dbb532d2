package dev.musehub.smoke;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Generates the history of a {@link Workload}: text files, with a change in one place of each. {@link Random} is
 * specified exactly, so the history is the same on all machines and in all runs. Confined to one thread.
 */
public final class HistoryGenerator {

    private static final long BEGINNING = 1_770_000_000;

    private final Workload shape;
    private final Random random;
    private final List<String> words = new ArrayList<>();
    private final List<String> paths = new ArrayList<>();
    private final List<List<String>> files = new ArrayList<>();
    private int commits;

    /** What one commit changes. */
    public record GeneratedCommit(int number, String message, long seconds, Map<String, byte[]> files) {

        /** The time as Python's {@code isoformat} writes it. */
        public String time() {
            return Instant.ofEpochSecond(seconds).toString().replace("Z", "+00:00");
        }
    }

    public HistoryGenerator(Workload shape) {
        this.shape = shape;
        this.random = new Random(shape.seed());
        for (int i = 0; i < 4000; i++) {
            StringBuilder word = new StringBuilder();
            for (int left = 2 + random.nextInt(9); left > 0; left--) {
                word.append((char) ('a' + random.nextInt(26)));
            }
            words.add(word.toString());
        }
    }

    /** Whether the workload has more commits. {@link #next} makes more than those, too. */
    public boolean unfinished() {
        return commits < shape.commits();
    }

    /** The next commit. */
    public GeneratedCommit next() {
        int c = commits++;
        int changes = (int) (shape.objectsAt(c) - (c == 0 ? 0 : shape.objectsAt(c - 1)));
        int old = files.size();
        Map<String, byte[]> changed = new LinkedHashMap<>();
        while (files.size() < shape.filesAt(c) && changed.size() < changes) {
            int i = files.size();
            paths.add(String.format(Locale.ROOT, "src/m%02d/p%d/file_%05d.txt", i % 37, i / 37 % 11, i));
            files.add(lines((int) Math.max(1, shape.lines() * StrictMath.exp(shape.spread() * random.nextGaussian()))));
            changed.put(paths.get(i), content(i));
        }
        while (changed.size() < changes) {
            int i = random.nextInt(old);
            if (!changed.containsKey(paths.get(i))) {
                edit(files.get(i));
                changed.put(paths.get(i), content(i));
            }
        }
        return new GeneratedCommit(c, "commit " + c + ": " + line(), BEGINNING + c * 60L, changed);
    }

    private void edit(List<String> file) {
        int count = Math.max(1, file.size() / 20);
        int at = random.nextInt(file.size() - count + 1);
        file.subList(at, at + count).clear();
        file.addAll(at, lines(count));
    }

    private List<String> lines(int count) {
        List<String> lines = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            lines.add(line());
        }
        return lines;
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int left = 4 + random.nextInt(11); left > 0; left--) {
            line.append(line.isEmpty() ? "" : " ").append(words.get(random.nextInt(words.size())));
        }
        return line.toString();
    }

    private byte[] content(int file) {
        return (String.join("\n", files.get(file)) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
