package dev.musehub.smoke;

import dev.musehub.core.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The size of a generated history. The tree grows evenly, commit by commit, from {@code firstFiles} to {@code
 * lastFiles}. The other objects of a commit are changes of 5 % of the lines of other files.
 *
 * @param lift the number of commits by which the growth is ahead; fits M41, whose number of entries is known exactly
 * @param lines the lines of a file on average
 * @param spread the spread of the logarithm of the lines; 0 if all files are about equal
 */
public record Workload(String name, int commits, int objects, int firstFiles, int lastFiles, double lift, double lines,
        double spread, long seed) {

    /** The bytes of a line on average. */
    static final double LINE = 62.9;

    /** The reference workload: 988 commits, 8,791 objects, 245 MB, 836,788 manifest entries. */
    public static final Workload M41 = new Workload("M41", 988, 8791, 500, 1192, 2.073, 383.5, 0.6, 41);

    /** From one commit to 100,000 objects, and M41. */
    public static final List<Workload> ALL = List.of(of("XS", 1, 5, 512), of("S", 10, 10, 1 << 10),
            of("M", 100, 20, 2 << 10), of("L", 500, 50, 4 << 10), of("XL", 1000, 100, 8 << 10), M41);

    /** Commits with a number of changed files each; the tree grows to ten times that number of files. */
    public static Workload of(String name, int commits, int filesPerCommit, int bytes) {
        int objects = commits * filesPerCommit;
        return new Workload(name, commits, objects, filesPerCommit, Math.min(objects, 10 * filesPerCommit), 0,
                bytes / LINE, 0, 41);
    }

    /** The same size with other content, which the hub does not have yet. */
    public Workload seeded(long other) {
        return new Workload(name, commits, objects, firstFiles, lastFiles, lift, lines, spread, other);
    }

    /**
     * The workloads of a list such as {@code XS,M41}.
     *
     * @throws Problem {@code bad-request}
     */
    public static List<Workload> named(String list) {
        List<Workload> shapes = new ArrayList<>();
        for (String name : list.toUpperCase(Locale.ROOT).split(",")) {
            shapes.add(ALL.stream().filter(shape -> shape.name().equals(name.strip())).findFirst()
                    .orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST, "there is no size '" + name
                            + "'; choose from " + String.join(",", ALL.stream().map(Workload::name).toList()))));
        }
        return shapes;
    }

    /** The bytes of all objects together, about. */
    public long bytes() {
        return Math.round(objects * lines * LINE * Math.exp(spread * spread / 2));
    }

    /** The files of the tree at commit {@code c}. After the last commit it does not grow. */
    int filesAt(int c) {
        if (c == 0 || commits == 1) {
            return firstFiles;
        }
        return (int) Math.min(lastFiles, firstFiles + (long) (lastFiles - firstFiles) * (c + lift) / (commits - 1));
    }

    /** The objects of all commits up to {@code c}. After the last commit they grow as before. */
    long objectsAt(int c) {
        return c == 0 || commits == 1 ? (long) firstFiles * (c + 1)
                : firstFiles + (long) (objects - firstFiles) * c / (commits - 1);
    }
}
