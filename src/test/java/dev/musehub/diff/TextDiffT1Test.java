package dev.musehub.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.diff.SequenceDiff.Edit;
import dev.musehub.diff.TextDiff.Hunk;
import dev.musehub.diff.TextDiff.Line;
import dev.musehub.diff.TextDiff.LineKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Differences of texts: known cases, and that they lead from one text to the other whatever the texts are. */
@Tag("T1")
class TextDiffT1Test {

    private static TextDiff diff(String before, String after) {
        return TextDiff.between(LineText.of(before), LineText.of(after));
    }

    private static String lines(String... lines) {
        return String.join("\n", lines) + "\n";
    }

    private static String numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    }

    /** The classical form, as {@code diff -u} prints it. */
    private static String unified(TextDiff diff) {
        StringBuilder out = new StringBuilder();
        for (Hunk hunk : diff.hunks()) {
            out.append(hunk.header()).append('\n');
            for (Line line : hunk.lines()) {
                out.append(line.kind() == LineKind.SAME ? ' ' : line.kind() == LineKind.ADDED ? '+' : '-').append(line.text())
                        .append(line.ended() ? "\n" : "\n\\ No newline at end of file\n");
            }
        }
        return out.toString();
    }

    private static List<Integer> applied(List<Edit> edits, int[] a, int[] b) {
        List<Integer> result = new ArrayList<>();
        int at = 0;
        for (Edit edit : edits) {
            assertTrue(edit.aFrom() > at || at == 0, "edits must be apart and in order");
            IntStream.range(at, edit.aFrom()).forEach(i -> result.add(a[i]));
            IntStream.range(edit.bFrom(), edit.bTo()).forEach(i -> result.add(b[i]));
            at = edit.aTo();
        }
        IntStream.range(at, a.length).forEach(i -> result.add(a[i]));
        return result;
    }

    @Test
    void equalTextsHaveNoHunks() {
        assertEquals(new TextDiff(List.of(), 0, 0), diff(numbers(0, 5), numbers(0, 5)));
        assertEquals(new TextDiff(List.of(), 0, 0), diff("", ""));
    }

    @Test
    void aChangedLineIsShownWithThreeLinesAround() {
        assertEquals(lines("@@ -3,7 +3,7 @@", " line 2", " line 3", " line 4", "-line 5", "+line five", " line 6",
                " line 7", " line 8"), unified(diff(numbers(0, 20), numbers(0, 20).replace("line 5\n", "line five\n"))));
    }

    @Test
    void changesThatAreNearShareAHunkAndOthersDoNot() {
        String before = numbers(0, 30);
        assertEquals(1, diff(before, before.replace("line 5\n", "").replace("line 12\n", "")).hunks().size());
        assertEquals(2, diff(before, before.replace("line 5\n", "").replace("line 13\n", "")).hunks().size());
    }

    @Test
    void aNewFileAndADeletedOneCountFromZero() {
        assertEquals("@@ -0,0 +1,2 @@\n+a\n+b\n", unified(diff("", "a\nb\n")));
        assertEquals("@@ -1 +0,0 @@\n-a\n", unified(diff("a\n", "")));
    }

    @Test
    void theMissingLineBreakAtTheEndIsADifference() {
        assertEquals("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n", unified(diff("a", "a\n")));
    }

    @Test
    void theClassicalExampleOfMyersTakesFiveEdits() {
        TextDiff diff = diff(lines("A", "B", "C", "A", "B", "B", "A"), lines("C", "B", "A", "B", "A", "C"));
        assertEquals(5, diff.added() + diff.deleted());
    }

    @Test
    void wordsThatChangedAreMarkedInBothLines() {
        List<Line> lines = diff("int size = items.length();\n", "int count = items.size();\n").hunks().getFirst().lines();
        assertEquals(List.of("size", "length"), marked(lines.get(0)));
        assertEquals(List.of("count", "size"), marked(lines.get(1)));
    }

    @Test
    void linesWithNothingInCommonHaveNoMarks() {
        assertEquals(List.of(), diff("alpha beta gamma\n", "one two three\n").hunks().getFirst().lines().getFirst()
                .marks());
    }

    @Test
    void marksNeverCutACharacterInTwo() {
        List<Line> lines = diff("play \uD83C\uDFB5 now please\n", "play \uD83C\uDFB6 now please\n").hunks().getFirst()
                .lines();
        assertEquals(List.of("\uD83C\uDFB5"), marked(lines.get(0)));
        assertEquals(List.of("\uD83C\uDFB6"), marked(lines.get(1)));
    }

    private static List<String> marked(Line line) {
        return line.marks().stream().map(m -> line.text().substring(m.from(), m.to())).toList();
    }

    @Test
    void sideBySideChangedLinesFaceEachOther() {
        Hunk hunk = diff(lines("a", "b", "c", "d"), lines("a", "B", "C", "new", "d")).hunks().getFirst();
        assertEquals(List.of("a|a", "b|B", "c|C", "|new", "d|d"), hunk.rows().stream()
                .map(row -> row.before().map(Line::text).orElse("") + "|" + row.after().map(Line::text).orElse(""))
                .toList());
    }

    @Test
    void aNulMakesAFileBinaryAndLatin1StaysReadable() {
        assertEquals(Optional.empty(), LineText.of(new byte[] {'a', 0, 'b'}));
        assertEquals(Optional.of(LineText.of("caf\u00e9\n")), LineText.of("caf\u00e9\n".getBytes(
                StandardCharsets.ISO_8859_1)));
        assertEquals(Optional.of(LineText.of("\u266b\n")), LineText.of("\u266b\n".getBytes(StandardCharsets.UTF_8)));
    }

    @RepeatedTest(3)
    void passingOverCommonBytesChangesNothing() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            String before = randomText(random);
            String after = random.nextBoolean() ? randomText(random) : edited(before, random);
            assertEquals(Optional.of(diff(before, after)), TextDiff.between(before.getBytes(StandardCharsets.UTF_8),
                    after.getBytes(StandardCharsets.UTF_8)), "seed " + seed + ", round " + round);
        }
    }

    /** Lines that are all different, so that there is one shortest difference only. */
    private static String randomText(Random random) {
        String text = random.ints(random.nextInt(30), 0, 1_000_000).mapToObj(i -> "\u00e9 " + i + "\n")
                .collect(Collectors.joining());
        return random.nextInt(4) == 0 ? text + "end" : text;
    }

    private static String edited(String text, Random random) {
        List<String> lines = new ArrayList<>(LineText.of(text).lines());
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(lines.size() + 1);
            if (at < lines.size() && random.nextBoolean()) {
                lines.remove(at);
            } else {
                lines.add(at, "new " + random.nextInt(1_000_000) + "\n");
            }
        }
        return String.join("", lines);
    }

    @RepeatedTest(5)
    void applyingTheEditsGivesTheOtherSequence() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            int letters = 1 + random.nextInt(12);
            int[] a = random.ints(random.nextInt(60), 0, letters).toArray();
            int[] b = random.nextBoolean() ? random.ints(random.nextInt(60), 0, letters).toArray()
                    : IntStream.of(a).filter(_ -> random.nextInt(5) > 0).toArray();
            long budget = random.nextBoolean() ? SequenceDiff.BUDGET : random.nextInt(100);
            assertEquals(IntStream.of(b).boxed().toList(), applied(SequenceDiff.between(a, b, budget), a, b),
                    "seed " + seed + ", round " + round);
        }
    }

    @RepeatedTest(3)
    void withEnoughBudgetNoShorterDifferenceExists() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            int[] a = random.ints(random.nextInt(40), 0, 6).toArray();
            int[] b = random.ints(random.nextInt(40), 0, 6).toArray();
            int size = SequenceDiff.between(a, b, SequenceDiff.BUDGET).stream()
                    .mapToInt(e -> e.aTo() - e.aFrom() + e.bTo() - e.bFrom()).sum();
            assertEquals(a.length + b.length - 2 * longestCommon(a, b), size, "seed " + seed + ", round " + round);
        }
    }

    private static int longestCommon(int[] a, int[] b) {
        int[][] best = new int[a.length + 1][b.length + 1];
        for (int i = 1; i <= a.length; i++) {
            for (int j = 1; j <= b.length; j++) {
                best[i][j] = a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1
                        : Math.max(best[i - 1][j], best[i][j - 1]);
            }
        }
        return best[a.length][b.length];
    }

    @Test
    void twoHugeFilesWithLittleInCommonAreStillAnchoredWhereTheyAgree() {
        Random random = new Random(7);
        int[] a = random.ints(50_000, 0, 1_000).toArray();
        int[] b = random.ints(50_000, 0, 1_000).toArray();
        a[20_000] = -1;
        b[30_000] = -1;
        List<Edit> edits = SequenceDiff.between(a, b, 10_000);
        assertEquals(IntStream.of(b).boxed().toList(), applied(edits, a, b));
        assertTrue(edits.stream().noneMatch(e -> e.aFrom() <= 20_000 && 20_000 < e.aTo()), "the one common line");
    }
}
