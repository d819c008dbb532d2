package dev.musehub.client;

import dev.musehub.model.CodePoints;
import dev.musehub.model.KeyOrder;
import dev.musehub.model.Manifest;
import dev.musehub.model.Sha256;
import dev.musehub.model.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads snapshot files in the shape in which Muse writes them, an entry a line, and remembers the last one: of the 847
 * lines of a snapshot of M41, nine differ from the snapshot before, and a line that is the same is not parsed again.
 * What has another shape, however little, is left to {@link MuseJson}. Safe for several threads.
 */
final class SnapshotReader {

    private static final byte[] HEAD = ascii("{\n  \"snapshot_id\": \"");
    private static final byte[] MANIFEST = ascii("\",\n  \"manifest\": {\n");
    private static final byte[] TAIL = ascii("  },\n  \"created_at\": \"");
    private static final byte[] END = ascii("\"\n}\n");
    private static final byte[] INDENT = ascii("    \"");
    private static final byte[] COLON = ascii("\": \"");
    private static final byte[] LINE = ascii("\",\n");
    private static final byte[] LAST_LINE = ascii("\"\n");

    /** A file larger than this is read as a stream. */
    private static final long REMEMBERED_BYTES = 4 << 20;

    /** How many lines of the last file are passed over to find one again. */
    private static final int LOOK_AHEAD = 8;

    private final AtomicReference<Lines> last = new AtomicReference<>(new Lines(new byte[0], new int[] {0},
            new String[0], new Sha256[0], Manifest.EMPTY, Optional.empty(), new int[0]));

    /**
     * The entries of a file, in its order.
     *
     * @param starts where each line begins, and behind them where the last one ends
     * @param sorted the line of each entry of {@code manifest}
     */
    private record Lines(byte[] file, int[] starts, String[] paths, Sha256[] ids, Manifest manifest,
            Optional<int[]> order, int[] sorted) {

        int count() {
            return paths.length;
        }
    }

    /**
     * The snapshot in a file; the id is what the file claims.
     *
     * @throws IOException where it is no snapshot, or breaks off
     */
    Snapshot read(Path path) throws IOException {
        if (Files.size(path) > REMEMBERED_BYTES) {
            try (InputStream in = Files.newInputStream(path)) {
                return MuseJson.readSnapshot(in);
            }
        }
        return read(Files.readAllBytes(path));
    }

    Snapshot read(byte[] file) throws IOException {
        Scan scan = new Scan(file, last.get());
        Optional<Snapshot> snapshot = scan.snapshot();
        if (snapshot.isEmpty()) {
            return MuseJson.readSnapshot(new ByteArrayInputStream(file));
        }
        last.set(scan.lines);
        return snapshot.get();
    }

    /** One pass over a file. */
    private static final class Scan {
        private final byte[] file;
        private final Lines known;
        private int at;
        private int knownLine;
        private int count;
        private int[] starts;
        private String[] paths;
        private Sha256[] ids;
        /** Whether each line so far has the path of the same line of the file before. */
        private boolean samePaths = true;
        private Lines lines;

        Scan(byte[] file, Lines known) {
            this.file = file;
            this.known = known;
            int room = known.count() + 64;
            this.starts = new int[room + 1];
            this.paths = new String[room];
            this.ids = new Sha256[room];
        }

        /** Empty where the file has another shape. */
        Optional<Snapshot> snapshot() throws IOException {
            if (!skip(HEAD)) {
                return Optional.empty();
            }
            Optional<Sha256> id = hex();
            if (id.isEmpty() || !skip(MANIFEST) || !entries() || !skip(TAIL)) {
                return Optional.empty();
            }
            int end = at;
            while (end < file.length && isPlain(file[end])) {
                end++;
            }
            String createdAt = text(at, end);
            at = end;
            if (!skip(END) || at != file.length) {
                return Optional.empty();
            }
            lines = lines();
            return Optional.of(new Snapshot(id.get(), lines.manifest(), createdAt, lines.order()));
        }

        private boolean entries() {
            boolean more = true;
            while (more) {
                if (count == paths.length) {
                    starts = Arrays.copyOf(starts, 2 * count + 1);
                    paths = Arrays.copyOf(paths, 2 * count);
                    ids = Arrays.copyOf(ids, 2 * count);
                }
                starts[count] = at;
                if (!asBefore() && !parsed()) {
                    return false;
                }
                samePaths &= count < known.count() && paths[count] == known.paths()[count];
                count++;
                more = file[at - 2] == ',';
            }
            starts[count] = at;
            return true;
        }

        /** Takes the line over from the file before, where it stands there. */
        private boolean asBefore() {
            if (knownLine >= known.count()) {
                return false;
            }
            int from = known.starts()[knownLine];
            int to = known.starts()[knownLine + 1];
            int end = at + to - from;
            if (end > file.length || !Arrays.equals(file, at, end, known.file(), from, to)) {
                return false;
            }
            paths[count] = known.paths()[knownLine];
            ids[count] = known.ids()[knownLine];
            at = end;
            knownLine++;
            return true;
        }

        private boolean parsed() {
            if (!skip(INDENT)) {
                return false;
            }
            int end = at;
            while (end < file.length && isPlain(file[end])) {
                end++;
            }
            String path = text(at, end);
            at = end;
            Optional<Sha256> id = skip(COLON) ? hex() : Optional.empty();
            if (id.isEmpty() || !skip(LAST_LINE) && !skip(LINE)) {
                return false;
            }
            paths[count] = path;
            ids[count] = id.get();
            for (int i = knownLine; i < Math.min(knownLine + LOOK_AHEAD, known.count()); i++) {
                if (known.paths()[i].equals(path)) {
                    paths[count] = known.paths()[i];
                    knownLine = i + 1;
                    break;
                }
            }
            return true;
        }

        private Lines lines() throws IOException {
            int[] begin = Arrays.copyOf(starts, count + 1);
            if (samePaths && count == known.count()) {
                Sha256[] objects = new Sha256[count];
                Arrays.setAll(objects, i -> ids[known.sorted()[i]]);
                return new Lines(file, begin, known.paths(), Arrays.copyOf(ids, count),
                        known.manifest().withObjects(objects), known.order(), known.sorted());
            }
            String[] keys = Arrays.copyOf(paths, count);
            Integer[] sorted = new Integer[count];
            Arrays.setAll(sorted, i -> i);
            Arrays.sort(sorted, (a, b) -> CodePoints.ORDER.compare(keys[a], keys[b]));
            String[] names = new String[count];
            Sha256[] objects = new Sha256[count];
            Arrays.setAll(names, i -> keys[sorted[i]]);
            Arrays.setAll(objects, i -> ids[sorted[i]]);
            try {
                Manifest manifest = Manifest.ofSorted(names, objects);
                return new Lines(file, begin, keys, Arrays.copyOf(ids, count), manifest,
                        KeyOrder.of(manifest, Arrays.asList(keys)),
                        Arrays.stream(sorted).mapToInt(Integer::intValue).toArray());
            } catch (IllegalArgumentException e) {
                throw new IOException("a path stands twice in the manifest", e);
            }
        }

        private boolean skip(byte[] expected) {
            int end = at + expected.length;
            if (end > file.length || !Arrays.equals(file, at, end, expected, 0, expected.length)) {
                return false;
            }
            at = end;
            return true;
        }

        private Optional<Sha256> hex() {
            int end = at + Sha256.HEX_LENGTH;
            if (end > file.length) {
                return Optional.empty();
            }
            Optional<Sha256> id = Sha256.parseHex(text(at, end));
            at = end;
            return id;
        }

        private String text(int from, int to) {
            return new String(file, from, to - from, StandardCharsets.ISO_8859_1);
        }

        /** A character that stands for itself in a JSON string. */
        private static boolean isPlain(byte c) {
            return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
