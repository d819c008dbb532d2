package dev.musehub.client.muse;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * A text with a line for each file of a manifest: what is hashed of it, or a file that holds it. Snapshots follow each
 * other with few changes, so the last text is remembered, and the next one is made of its pieces: of the 847 lines of a
 * snapshot of M41, nine differ from the one before. Safe for several threads.
 */
public final class ManifestText {

    /** Longer texts are better written piece by piece, by other means. */
    private static final int BYTES = 4 << 20;

    private final Comparator<String> order;
    private final Function<String, byte[]> beforeId;
    private final byte[] afterId;
    private final AtomicReference<TextLines> last = new AtomicReference<>(
            new TextLines(Manifest.EMPTY, new String[0], new byte[0], new int[] {0}));

    /**
     * The lines of a manifest.
     *
     * @param paths the path of each line
     * @param starts where each line begins, and behind them where the last one ends
     */
    private record TextLines(Manifest manifest, String[] paths, byte[] bytes, int[] starts) { }

    /**
     * A line that the text before does not have, or has and shall not.
     *
     * @param at the line of the text before in front of which, or in whose place, it stands
     * @param bytes none where the line before only goes
     */
    private record LineEdit(int at, boolean inPlace, String path, byte[] bytes) { }

    /**
     * A text whose lines stand in {@code order} of the paths: {@code beforeId} of the path, the id's hex digits,
     * {@code afterId}.
     */
    public ManifestText(Comparator<String> order, Function<String, byte[]> beforeId, byte[] afterId) {
        this.order = order;
        this.beforeId = beforeId;
        this.afterId = afterId;
    }

    /** The text of {@code manifest}, not to be changed by its reader; empty where it has more than 4 MiB. */
    public Optional<byte[]> of(Manifest manifest) {
        if (manifest.size() > BYTES / Sha256.HEX_LENGTH) {
            return Optional.empty();
        }
        TextLines before = last.get();
        if (before.paths().length == 0 && leastBytes(manifest) > BYTES) {
            return Optional.empty();
        }
        Optional<TextLines> now = edits(before, manifest.since(before.manifest()))
                .flatMap(edits -> changed(before, edits, manifest));
        now.ifPresent(last::set);
        return now.map(TextLines::bytes);
    }

    /** Told before anything is made: where no text can be remembered, each snapshot would be tried in vain. */
    private static long leastBytes(Manifest manifest) {
        long bytes = 0;
        for (int i = 0; i < manifest.size(); i++) {
            bytes += manifest.path(i).length() + Sha256.HEX_LENGTH;
        }
        return bytes;
    }

    private Optional<List<LineEdit>> edits(TextLines before, ManifestDelta delta) {
        long length = 0;
        List<LineEdit> edits = new ArrayList<>();
        for (String gone : delta.del()) {
            edits.add(new LineEdit(Arrays.binarySearch(before.paths(), gone, order), true, gone, new byte[0]));
        }
        for (Map.Entry<String, Sha256> set : delta.set().entrySet()) {
            int found = Arrays.binarySearch(before.paths(), set.getKey(), order);
            byte[] line = line(set.getKey(), set.getValue());
            edits.add(new LineEdit(found < 0 ? -found - 1 : found, found >= 0, set.getKey(), line));
            length += line.length;
            if (length > BYTES) {
                return Optional.empty();
            }
        }
        // Lines that are added in front of a line come before what takes its place.
        edits.sort((a, b) -> a.at() != b.at() ? Integer.compare(a.at(), b.at())
                : a.inPlace() != b.inPlace() ? Boolean.compare(a.inPlace(), b.inPlace())
                : order.compare(a.path(), b.path()));
        return Optional.of(edits);
    }

    private byte[] line(String path, Sha256 id) {
        byte[] head = beforeId.apply(path);
        byte[] line = Arrays.copyOf(head, head.length + Sha256.HEX_LENGTH + afterId.length);
        id.writeHex(line, head.length);
        System.arraycopy(afterId, 0, line, head.length + Sha256.HEX_LENGTH, afterId.length);
        return line;
    }

    private static Optional<TextLines> changed(TextLines before, List<LineEdit> edits, Manifest manifest) {
        int length = before.bytes().length;
        for (LineEdit edit : edits) {
            length += edit.bytes().length
                    - (edit.inPlace() ? before.starts()[edit.at() + 1] - before.starts()[edit.at()] : 0);
        }
        if (length > BYTES) {
            return Optional.empty();
        }
        Copy copy = new Copy(before, new TextLines(manifest, new String[manifest.size()], new byte[length],
                new int[manifest.size() + 1]));
        for (LineEdit edit : edits) {
            copy.until(edit.at());
            if (edit.bytes().length > 0) {
                copy.line(edit.path(), edit.bytes());
            }
            copy.next += edit.inPlace() ? 1 : 0;
        }
        copy.until(before.paths().length);
        return Optional.of(copy.to);
    }

    /** One text being made of another. */
    private static final class Copy {
        private final TextLines from;
        private final TextLines to;
        private int next;
        private int count;
        private int at;

        Copy(TextLines from, TextLines to) {
            this.from = from;
            this.to = to;
        }

        /** Copies the lines up to line {@code end} of the text before. */
        void until(int end) {
            int begin = from.starts()[next];
            int bytes = from.starts()[end] - begin;
            System.arraycopy(from.bytes(), begin, to.bytes(), at, bytes);
            System.arraycopy(from.paths(), next, to.paths(), count, end - next);
            for (; next < end; next++) {
                to.starts()[count++] = from.starts()[next] - begin + at;
            }
            at += bytes;
            to.starts()[count] = at;
        }

        void line(String path, byte[] bytes) {
            System.arraycopy(bytes, 0, to.bytes(), at, bytes.length);
            to.paths()[count] = path;
            to.starts()[count++] = at;
            at += bytes.length;
            to.starts()[count] = at;
        }
    }
}
