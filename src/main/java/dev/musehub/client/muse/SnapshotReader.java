package dev.musehub.client.muse;

import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.client.snapshots.UsualOrder;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads snapshot files as Muse writes them, one entry per line, and remembers the last file. In the workload M41 a
 * snapshot has 847 lines, of which nine differ from the snapshot before; equal lines are not parsed again. A file of
 * any other shape is left to {@link MuseJson}. Safe for several threads.
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

    /** How many lines of the last file are skipped at most to find a line again. */
    private static final int LOOK_AHEAD = 8;

    private final AtomicReference<SnapshotLines> last = new AtomicReference<>(
            new SnapshotLines(new byte[0], new int[] {0}, new String[0], Manifest.EMPTY, Optional.empty()));

    /**
     * The lines of a manifest in a file.
     *
     * @param starts where each line begins, and at the end where the last line ends
     * @param paths the path of each line
     */
    private record SnapshotLines(byte[] file, int[] starts, String[] paths, Manifest manifest, Optional<int[]> order) {

        int count() {
            return paths.length;
        }
    }

    /**
     * The snapshot in a file. The id is not checked.
     *
     * @throws IOException if it is not a snapshot, or is cut off
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
        private final SnapshotLines known;
        private int at;
        private int knownLine;
        private int count;
        private int[] starts;
        private String[] paths;
        /** The entries that the last file does not have. */
        private final Map<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
        /** The paths of the skipped lines of the last file. */
        private final Set<String> passed = new TreeSet<>(CodePoints.ORDER);
        private boolean usual;
        private SnapshotLines lines;

        Scan(byte[] file, SnapshotLines known) {
            this.file = file;
            this.known = known;
            this.usual = known.order().isEmpty();
            int room = known.count() + 64;
            this.starts = new int[room + 1];
            this.paths = new String[room];
        }

        /** The snapshot; empty if the file has another shape. */
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
                int first = count;
                if (!asBefore() && !parsed()) {
                    return false;
                }
                usual = usual && (first == 0 || UsualOrder.PATHS.compare(paths[first - 1], paths[first]) < 0);
                more = file[at - 2] == ',';
            }
            starts[count] = at;
            pass(known.count());
            return true;
        }

        private void makeRoom(int more) {
            if (count + more > paths.length) {
                int room = Math.max(2 * count, count + more);
                starts = Arrays.copyOf(starts, room + 1);
                paths = Arrays.copyOf(paths, room);
            }
        }

        private void pass(int until) {
            for (; knownLine < until; knownLine++) {
                passed.add(known.paths()[knownLine]);
            }
        }

        /** Takes as many lines from the last file as are equal; false if not even the first line is. */
        private boolean asBefore() {
            int from = known.starts()[knownLine];
            int end = known.starts()[known.count()];
            int mismatch = Arrays.mismatch(file, at, file.length, known.file(), from, end);
            int alike = mismatch < 0 ? end - from : mismatch;
            int found = Arrays.binarySearch(known.starts(), knownLine, known.count() + 1, from + alike);
            int lines = (found >= 0 ? found : -found - 2) - knownLine;
            if (lines == 0) {
                return false;
            }
            makeRoom(lines);
            System.arraycopy(known.paths(), knownLine, paths, count, lines);
            for (int i = 0; i < lines; i++) {
                starts[count + i] = known.starts()[knownLine + i] - from + at;
            }
            count += lines;
            knownLine += lines;
            at += known.starts()[knownLine] - from;
            return true;
        }

        private boolean parsed() {
            makeRoom(1);
            starts[count] = at;
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
            for (int i = knownLine; i < Math.min(knownLine + LOOK_AHEAD, known.count()); i++) {
                if (known.paths()[i].equals(path)) {
                    path = known.paths()[i];
                    pass(i + 1);
                    break;
                }
            }
            set.put(path, id.get());
            paths[count++] = path;
            return true;
        }

        private SnapshotLines lines() throws IOException {
            passed.removeAll(set.keySet());
            Manifest manifest = known.manifest().apply(new ManifestDelta(set, List.copyOf(passed)));
            if (manifest.size() != count) {
                throw new IOException("a path stands twice in the manifest");
            }
            String[] keys = Arrays.copyOf(paths, count);
            return new SnapshotLines(file, Arrays.copyOf(starts, count + 1), keys, manifest,
                    usual ? Optional.empty() : UsualOrder.unless(manifest, Arrays.asList(keys)));
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

        /** Whether a character needs no escape in a JSON string. */
        private static boolean isPlain(byte c) {
            return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
