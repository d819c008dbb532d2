package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.Commit;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.History;
import dev.musehub.testing.PushFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * onepush.md says what really happens: its two pushes are made, on a real PostgreSQL and a real disk store, and every
 * block of the page is compared with what came of them. Where they differ, {@code target/onepush.md} is the page as it
 * should be.
 */
@Timeout(300)
@Tag("T5")
class OnePushDocT5Test {

    private static final Path DOC = Path.of("src/site/markdown/onepush.md");
    private static final Pattern BLOCK = Pattern.compile("(?m)^```text (\\S+)\n(.*?)^```$", Pattern.DOTALL);
    private static final String SONG = "Row, row, row your boat\nGently down the stream\n".repeat(3);
    private static final String LONGER = SONG + "Merrily, merrily, merrily\nLife is but a dream\n";
    private static final HexFormat HEX = HexFormat.of();
    private static final int LINE = 110;

    /** The tables that the page shows, each with what orders its rows. */
    private static final Map<String, String> TABLES = new LinkedHashMap<>();

    static {
        TABLES.put("objects", "stored_at, position");
        TABLES.put("repository_objects", "given_at, object_id");
        TABLES.put("snapshots", "received_at");
        TABLES.put("snapshot_objects", "snapshot_id, object_id");
        TABLES.put("commits", "received_at");
        TABLES.put("branches", "name");
        TABLES.put("reflog", "id");
        TABLES.put("repositories", "id");
    }

    @TempDir
    private Path root;
    private final Map<String, String> blocks = new LinkedHashMap<>();
    private final Map<String, String> segments = new LinkedHashMap<>();

    @Test
    void everyBlockOfThePageIsWhatHappens() throws IOException, SQLException {
        History history = new History();
        Commit first = history.commit("first", Map.of("README.md", "hello\n", "song.txt", SONG));
        Commit second = history.commit("second", Map.of("song.txt", LONGER));
        Sha256 hello = Sha256.of("hello\n".getBytes(StandardCharsets.UTF_8));
        Sha256 song = Sha256.of(SONG.getBytes(StandardCharsets.UTF_8));
        Sha256 longer = Sha256.of(LONGER.getBytes(StandardCharsets.UTF_8));
        blocks.put("ids", ids(Map.of("hello", hello, "song", song, "longer", longer), first, second));
        try (PushFixture bench = new PushFixture(new DiskStore(root)); Zstd zstd = new Zstd()) {
            push(bench, "1", List.of(header(first, 2, new Lease.Unborn()),
                    batch(zstd, List.of("hello\n", SONG), ""),
                    new Frame.CommitPack(history.snapshots(List.of(first)), List.of(first)), new Frame.End(2, 1)));
            push(bench, "2", List.of(header(second, 1, new Lease.At(first.id())), batch(zstd, List.of(LONGER), SONG),
                    new Frame.CommitPack(history.snapshots(List.of(second)), List.of(second)), new Frame.End(1, 1)));
            onlyThoseTables(bench);
        }
        compare();
    }

    private static Frame.Header header(Commit commit, int objects, Lease expect) {
        return new Frame.Header(Frame.VERSION, "main", Optional.of(commit.id()), false, expect, objects, 1, 0,
                "example", "", "code");
    }

    /** As our client packs: on the older version of a file. */
    private static Frame.BatchFrame batch(Zstd zstd, List<String> texts, String prefix) {
        List<byte[]> objects = texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
        byte[] known = prefix.getBytes(StandardCharsets.UTF_8);
        return new Frame.BatchFrame(objects.stream().map(Sha256::of).toList(),
                objects.stream().mapToInt(o -> o.length).toArray(),
                prefix.isEmpty() ? List.of() : List.of(Sha256.of(known)),
                zstd.compress(Zstd.join(objects), known));
    }

    private static String ids(Map<String, Sha256> objects, Commit first, Commit second) {
        return """
                object    README.md          %s
                object    song.txt           %s
                object    song.txt, longer   %s
                snapshot  of commit 1        %s
                snapshot  of commit 2        %s
                commit 1                     %s
                commit 2                     %s
                """.formatted(objects.get("hello").hex(), objects.get("song").hex(), objects.get("longer").hex(),
                first.snapshotId().hex(), second.snapshotId().hex(), first.id().hex(), second.id().hex());
    }

    /** Pushes, and notes frames, answer, new rows and the new file. */
    private void push(PushFixture bench, String number, List<Frame> frames) throws IOException, SQLException {
        for (Frame frame : frames) {
            String name = switch (frame) {
                case Frame.Header _ -> "H";
                case Frame.BatchFrame _ -> "B";
                case Frame.CommitPack _ -> "C";
                default -> "E";
            };
            byte[] bytes = History.bytes(List.of(frame));
            boolean asText = number.equals("2") && !(frame instanceof Frame.BatchFrame);
            blocks.put("push" + number + "." + name, asText ? notation(MsgPackValues.decode(bytes)) : hexLines(bytes));
        }
        Map<String, List<String>> before = rows(bench, frames);
        Frame.Result result = bench.push(frames);
        blocks.put("push" + number + ".R", answer(result));
        segment(number);
        rows(bench, frames).forEach((table, after) -> {
            List<String> fresh = new ArrayList<>(after);
            fresh.removeAll(before.get(table));
            blocks.put("push" + number + "." + table, String.join("\n", fresh));
        });
    }

    /** R without its times, which differ from run to run. */
    private static String answer(Frame.Result r) {
        return "branch %s, old %s, head %s%nstored %d, skipped %d, commits %d, snapshots %d, warnings %s%n"
                .formatted(r.branch(), r.old().map(OnePushDocT5Test::brief).orElse("nil"),
                        brief(r.head().orElseThrow()), r.stored(), r.skipped(), r.commits(), r.snapshots(), r.warnings())
                + "timing of " + String.join(", ", r.timing().keySet()) + "\n";
    }

    private static String brief(Sha256 id) {
        return id.hex().substring(0, 8);
    }

    /** A frame as text: ids cut short, lines broken between fields. */
    private static String notation(Value frame) {
        return new String(JsonValues.encode(frame), StandardCharsets.UTF_8)
                .replaceAll("sha256:([0-9a-f]{8})[0-9a-f]{56}", "$1").replace("\"", "").replace(",", ", ")
                .replaceAll("(.{1,100}(?:, |$))", "$1\n").replaceAll("(?m) $", "") + "\n";
    }

    private static String hexLines(byte[] bytes) {
        StringBuilder lines = new StringBuilder();
        for (int at = 0; at < bytes.length; at += 32) {
            lines.append(HexFormat.ofDelimiter(" ").formatHex(bytes, at, Math.min(bytes.length, at + 32))).append('\n');
        }
        return lines.toString();
    }

    /** The file that this push has written, field by field, as disk.md describes it. */
    private void segment(String number) throws IOException {
        List<Path> fresh;
        try (Stream<Path> files = Files.walk(root)) {
            fresh = files.filter(Files::isRegularFile)
                    .filter(f -> !segments.containsKey(f.getFileName().toString())).toList();
        }
        assertEquals(1, fresh.size());
        String uuid = fresh.getFirst().getFileName().toString();
        assertEquals(root.resolve(uuid.substring(0, 2)).resolve(uuid), fresh.getFirst());
        segments.put(uuid, "SEGMENT-" + number);
        byte[] file = Files.readAllBytes(fresh.getFirst());
        StringBuilder out = new StringBuilder();
        field(out, file, 0, 8, "magic");
        for (int at = 8; at < file.length;) {
            ByteBuffer header = ByteBuffer.wrap(file, at, 12);
            int count = header.getInt();
            int stored = header.getInt();
            int back = header.getInt();
            field(out, file, at, 4, "count " + count);
            field(out, file, at + 4, 4, "stored length " + stored);
            field(out, file, at + 8, 4, "back " + back);
            at += 12;
            for (int i = 0; i < count; i++) {
                field(out, file, at, 32, "id");
                field(out, file, at + 32, 4, "raw length " + ByteBuffer.wrap(file, at + 32, 4).getInt());
                at += 36;
            }
            field(out, file, at, stored, "zstd frame");
            at += stored;
        }
        blocks.put("push" + number + ".segment", out.toString());
    }

    private static void field(StringBuilder out, byte[] file, int from, int length, String name) {
        for (int at = from; at < from + length; at += 16) {
            String hex = HexFormat.ofDelimiter(" ").formatHex(file, at, Math.min(from + length, at + 16));
            out.append("%4d  %-47s  %s".formatted(at, hex, at == from ? name : "").stripTrailing()).append('\n');
        }
    }

    private Map<String, List<String>> rows(PushFixture bench, List<Frame> frames) throws SQLException {
        String sent = HEX.formatHex(History.bytes(frames));
        Map<String, List<String>> rows = new LinkedHashMap<>();
        try (Connection c = bench.pool().acquire("test"); Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("set local time zone 'UTC'");
            for (Map.Entry<String, String> table : TABLES.entrySet()) {
                List<String> found = new ArrayList<>();
                try (ResultSet r = s.executeQuery("select row_to_json(t)::text from " + table.getKey() + " t order by "
                        + table.getValue())) {
                    while (r.next()) {
                        found.add(row(JsonValues.decode(r.getString(1).getBytes(StandardCharsets.UTF_8))
                                .asDict("row"), sent));
                    }
                }
                rows.put(table.getKey(), found);
            }
        }
        return rows;
    }

    /** The columns that are not null: in one line where they fit, else each in a line of its own. */
    private String row(Value.Dict row, String sent) {
        List<String> line = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        row.entries().forEach((column, value) -> {
            if (!(value instanceof Value.Null)) {
                line.add(column + " " + masked(value, sent));
                lines.add("%-16s %s".formatted(column, masked(value, sent)));
            }
        });
        String one = String.join(" | ", line);
        return one.length() <= LINE && one.indexOf('\n') < 0 ? one : String.join("\n", lines);
    }

    private String masked(Value value, String sent) {
        if (!(value instanceof Value.Text text) || text.value().isEmpty()) {
            return new String(JsonValues.encode(value), StandardCharsets.UTF_8);
        }
        String t = text.value();
        if (segments.containsKey(t)) {
            return segments.get(t);
        }
        if (t.startsWith("\\x")) {
            String hex = t.substring(2);
            if (hex.length() == Sha256.HEX_LENGTH) {
                return hex.substring(0, 8);
            }
            int at = sent.indexOf(hex);
            return hex.length() > 200 && at >= 0 ? hex.length() / 2 + " bytes, those of the commit in C"
                    : hex.replaceAll("(.{80})(?=.)", "$1\n                 ");
        }
        return t.matches("\\d{4}-\\d\\d-\\d\\dT.*") && !t.equals(History.TIME) ? "TIME" : t;
    }

    /** Whatever else has rows is named here, so that the page leaves nothing out. */
    private static void onlyThoseTables(PushFixture bench) throws SQLException {
        Set<String> others = new TreeSet<>();
        try (Connection c = bench.pool().acquire("test"); Statement s = c.createStatement();
                ResultSet r = s.executeQuery("select tablename from pg_tables where schemaname = 'public'")) {
            while (r.next()) {
                others.add(r.getString(1));
            }
        }
        others.removeAll(TABLES.keySet());
        others.removeIf(table -> bench.count("from " + table) == 0);
        assertEquals(Set.of("schema_version", "store", "users"), others);
    }

    private void compare() throws IOException {
        String page = Files.readString(DOC);
        Set<String> seen = new TreeSet<>();
        String right = BLOCK.matcher(page).replaceAll(block -> {
            String name = block.group(1);
            seen.add(name);
            assertTrue(blocks.containsKey(name), "the page has a block " + name + ", the test none");
            return Matcher.quoteReplacement("```text " + name + "\n" + blocks.get(name).stripTrailing() + "\n```");
        });
        Files.writeString(Path.of("target/onepush.md"), right);
        assertEquals(right, page, "compare target/onepush.md with " + DOC);
        Set<String> left = new TreeSet<>(blocks.keySet());
        left.removeAll(seen);
        left.removeIf(name -> blocks.get(name).isBlank());
        assertEquals(Set.of(), left, "blocks that the page does not show");
    }
}
