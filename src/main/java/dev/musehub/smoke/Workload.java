package dev.musehub.smoke;

import dev.musehub.core.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How large a generated history is. Commit by commit the tree grows evenly from {@code firstFiles} to {@code
 * lastFiles}; what a commit changes besides is 5 % of the lines of other files.
 *
 * @param lift so many commits the growth is ahead of even; for M41, whose entries are known to the last one
 * @param lines of a file on average
 * @param spread of their logarithm, 0 where all files are about equal
 */
public record Workload(String name, int commits, int objects, int firstFiles, int lastFiles, double lift, double lines,
        double spread, long seed) {

    /** The bytes of a line on average. */
    static final double LINE = 62.9;

    /** The reference workload: 988 commits, 8,791 objects, 245 MB, 836,788 manifest entries. */
    public static final Workload M41 = new Workload("M41", 988, 8791, 500, 1192, 2.073, 383.5, 0.6, 41);

    /** From a single commit to 100,000 objects, and M41. */
    public static final List<Workload> ALL = List.of(of("XS", 1, 5, 512), of("S", 10, 10, 1 << 10),
            of("M", 100, 20, 2 << 10), of("L", 500, 50, 4 << 10), of("XL", 1000, 100, 8 << 10), M41);

    /** So many commits of so many changed files each; the tree grows to ten times that number. */
    public static Workload of(String name, int commits, int filesPerCommit, int bytes) {
        int objects = commits * filesPerCommit;
        return new Workload(name, commits, objects, filesPerCommit, Math.min(objects, 10 * filesPerCommit), 0,
                bytes / LINE, 0, 41);
    }

    /** The same with other content, so that nothing of it is at the hub yet. */
    public Workload seeded(long other) {
        return new Workload(name, commits, objects, firstFiles, lastFiles, lift, lines, spread, other);
    }

    /**
     * Those named in a list such as {@code XS,M41}.
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

    /** About the bytes of all objects together. */
    public long bytes() {
        return Math.round(objects * lines * LINE * Math.exp(spread * spread / 2));
    }

    /** The files of the tree at commit {@code c}; behind the last commit it grows no more. */
    int filesAt(int c) {
        if (c == 0 || commits == 1) {
            return firstFiles;
        }
        return (int) Math.min(lastFiles, firstFiles + (long) (lastFiles - firstFiles) * (c + lift) / (commits - 1));
    }

    /** The objects made until commit {@code c}, that one included; behind the last commit it goes on alike. */
    long objectsAt(int c) {
        return c == 0 || commits == 1 ? (long) firstFiles * (c + 1)
                : firstFiles + (long) (objects - firstFiles) * c / (commits - 1);
    }
}
