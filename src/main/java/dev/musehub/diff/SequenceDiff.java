package dev.musehub.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The difference between two sequences of numbers, each of which stands for a line or a word: Myers' O(ND) algorithm in
 * linear space ("An O(ND) Difference Algorithm and Its Variations", 1986). Its work is bounded: where two ranges have
 * so little in common that the budget runs out, elements that occur once on each side still hold them together, and
 * what lies between those counts as replaced. Confined to one thread.
 */
public final class SequenceDiff {

    /** Steps of one comparison; some 50 ms. 20,000 lines with 1,000 changes take a tenth of it. */
    public static final long BUDGET = 20_000_000;

    /** {@code a[aFrom, aTo)} became {@code b[bFrom, bTo)}; either may be empty, not both. */
    public record Edit(int aFrom, int aTo, int bFrom, int bTo) { }

    private final int[] a;
    private final int[] b;
    private final BitSet deleted = new BitSet();
    private final BitSet added = new BitSet();
    // Furthest reaching paths by diagonal x - y, forward and backward; see split().
    private final int[] forward;
    private final int[] backward;
    private long budget;
    private int splitA;
    private int splitB;

    private SequenceDiff(int[] a, int[] b, long budget) {
        this.a = a;
        this.b = b;
        this.budget = budget;
        this.forward = new int[a.length + b.length + 3];
        this.backward = new int[a.length + b.length + 3];
    }

    /** The edits that lead from {@code a} to {@code b}, in order, with something unchanged between any two. */
    public static List<Edit> between(int[] a, int[] b, long budget) {
        SequenceDiff diff = new SequenceDiff(a, b, budget);
        diff.compare(0, a.length, 0, b.length);
        return diff.edits();
    }

    private void compare(int aFrom, int aTo, int bFrom, int bTo) {
        while (aFrom < aTo && bFrom < bTo && a[aFrom] == b[bFrom]) {
            aFrom++;
            bFrom++;
        }
        while (aFrom < aTo && bFrom < bTo && a[aTo - 1] == b[bTo - 1]) {
            aTo--;
            bTo--;
        }
        if (aFrom == aTo || bFrom == bTo) {
            deleted.set(aFrom, aTo);
            added.set(bFrom, bTo);
        } else if (split(aFrom, aTo, bFrom, bTo)) {
            int x = splitA;
            int y = splitB;
            compare(aFrom, x, bFrom, y);
            compare(x, aTo, y, bTo);
        } else {
            anchor(aFrom, aTo, bFrom, bTo);
        }
    }

    /**
     * Finds a point on a shortest path, where a forward and a backward search meet, so that each half has half of the
     * differences. False where the budget ran out first.
     */
    private boolean split(int aFrom, int aTo, int bFrom, int bTo) {
        int zero = b.length + 1;
        int lowest = aFrom - bTo;
        int highest = aTo - bFrom;
        int start = aFrom - bFrom;
        int end = aTo - bTo;
        boolean odd = (start - end & 1) != 0;
        int fMin = start;
        int fMax = start;
        int bMin = end;
        int bMax = end;
        forward[zero + start] = aFrom;
        backward[zero + end] = aTo;
        while (budget > 0) {
            fMin = fMin > lowest ? widen(forward, zero + fMin - 2, -1, fMin - 1) : fMin + 1;
            fMax = fMax < highest ? widen(forward, zero + fMax + 2, -1, fMax + 1) : fMax - 1;
            for (int d = fMax; d >= fMin; d -= 2) {
                int low = forward[zero + d - 1];
                int high = forward[zero + d + 1];
                int x = low >= high ? low + 1 : high;
                int before = x;
                while (x < aTo && x - d < bTo && a[x] == b[x - d]) {
                    x++;
                }
                budget -= 1 + x - before;
                forward[zero + d] = x;
                if (odd && bMin <= d && d <= bMax && backward[zero + d] <= x) {
                    return meet(x, x - d);
                }
            }
            bMin = bMin > lowest ? widen(backward, zero + bMin - 2, Integer.MAX_VALUE, bMin - 1) : bMin + 1;
            bMax = bMax < highest ? widen(backward, zero + bMax + 2, Integer.MAX_VALUE, bMax + 1) : bMax - 1;
            for (int d = bMax; d >= bMin; d -= 2) {
                int low = backward[zero + d - 1];
                int high = backward[zero + d + 1];
                int x = low < high ? low : high - 1;
                int before = x;
                while (x > aFrom && x - d > bFrom && a[x - 1] == b[x - d - 1]) {
                    x--;
                }
                budget -= 1 + before - x;
                backward[zero + d] = x;
                if (!odd && fMin <= d && d <= fMax && x <= forward[zero + d]) {
                    return meet(x, x - d);
                }
            }
        }
        return false;
    }

    /** Takes one more diagonal into a search: the one behind it cannot be come from. */
    private static int widen(int[] reach, int behind, int unreachable, int diagonal) {
        reach[behind] = unreachable;
        return diagonal;
    }

    private boolean meet(int x, int y) {
        splitA = x;
        splitB = y;
        return true;
    }

    /** Keeps what occurs once on each side, in the longest order common to both; replaces what lies between. */
    private void anchor(int aFrom, int aTo, int bFrom, int bTo) {
        int x = aFrom;
        int y = bFrom;
        for (int[] pair : increasing(uniques(aFrom, aTo, bFrom, bTo))) {
            if (pair[0] >= x && pair[1] >= y) {
                replace(x, pair[0], y, pair[1]);
                x = pair[0] + 1;
                y = pair[1] + 1;
            }
        }
        replace(x, aTo, y, bTo);
    }

    /** Replaces a range, but for what it begins and ends with on both sides. */
    private void replace(int aFrom, int aTo, int bFrom, int bTo) {
        while (aFrom < aTo && bFrom < bTo && a[aFrom] == b[bFrom]) {
            aFrom++;
            bFrom++;
        }
        while (aFrom < aTo && bFrom < bTo && a[aTo - 1] == b[bTo - 1]) {
            aTo--;
            bTo--;
        }
        deleted.set(aFrom, aTo);
        added.set(bFrom, bTo);
    }

    /** Pairs of places of elements that occur once in each range, by their place in {@code a}. */
    private List<int[]> uniques(int aFrom, int aTo, int bFrom, int bTo) {
        Map<Integer, Integer> places = new HashMap<>();
        for (int y = bFrom; y < bTo; y++) {
            places.merge(b[y], y, (_, _) -> -1);
        }
        Map<Integer, Integer> counts = new HashMap<>();
        for (int x = aFrom; x < aTo; x++) {
            counts.merge(a[x], 1, Integer::sum);
        }
        List<int[]> pairs = new ArrayList<>();
        for (int x = aFrom; x < aTo; x++) {
            int y = places.getOrDefault(a[x], -1);
            if (y >= 0 && counts.get(a[x]) == 1) {
                pairs.add(new int[] {x, y});
            }
        }
        return pairs;
    }

    /** The longest subsequence whose second places increase, by patience sorting. */
    private static List<int[]> increasing(List<int[]> pairs) {
        int[] tops = new int[pairs.size()];
        int[] topPair = new int[pairs.size()];
        int[] previous = new int[pairs.size()];
        int piles = 0;
        for (int i = 0; i < pairs.size(); i++) {
            int found = Arrays.binarySearch(tops, 0, piles, pairs.get(i)[1]);
            int pile = -found - 1;
            tops[pile] = pairs.get(i)[1];
            topPair[pile] = i;
            previous[i] = pile == 0 ? -1 : topPair[pile - 1];
            piles = Math.max(piles, pile + 1);
        }
        List<int[]> longest = new ArrayList<>();
        for (int i = piles == 0 ? -1 : topPair[piles - 1]; i >= 0; i = previous[i]) {
            longest.add(pairs.get(i));
        }
        return longest.reversed();
    }

    private List<Edit> edits() {
        List<Edit> edits = new ArrayList<>();
        int x = 0;
        int y = 0;
        while (x < a.length || y < b.length) {
            int aTo = deleted.nextClearBit(x);
            int bTo = added.nextClearBit(y);
            if (aTo > x || bTo > y) {
                edits.add(new Edit(x, aTo, y, bTo));
            }
            // Between two edits as many elements of each side are unchanged.
            int same = Math.min(distance(deleted, aTo, a.length), distance(added, bTo, b.length));
            x = aTo + same;
            y = bTo + same;
        }
        return edits;
    }

    private static int distance(BitSet marked, int from, int length) {
        int next = marked.nextSetBit(from);
        return (next < 0 ? length : next) - from;
    }
}
