package dev.musehub.pages.changes;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.diff.LineText;
import dev.musehub.diff.TextDiff;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What changed between two snapshots, file by file, within the limits of a page. Files are listed up to one limit and
 * compared up to a smaller one; a reader can ask for each of the others by itself.
 */
public final class Changes {

    /** Files named on a page. */
    static final int LISTED = 1_000;
    /** Files compared on a page. */
    public static final int COMPARED = 100;
    /** Bytes of one file, and of all files of a page, that are compared unless the reader asks for one file. */
    private static final long FILE_BYTES = 512 << 10;
    private static final long PAGE_BYTES = 8 << 20;
    /** Lines of one file that are compared at all: each becomes a string, however short. */
    private static final int LINES = 100_000;
    /** Limits of a file that was asked for. */
    private static final long ASKED_BYTES = 4 << 20;

    /** What is shown: lines, and characters of them. */
    private record PageBudget(int lines, long characters) {

        /** Of one file without being asked for, of all of a page, and of a file that was asked for. */
        static final PageBudget FILE = new PageBudget(1_500, 250_000);
        static final PageBudget PAGE = new PageBudget(6_000, 1_000_000);
        static final PageBudget ASKED = new PageBudget(20_000, 3_000_000);

        static PageBudget of(TextDiff diff) {
            int lines = 0;
            long characters = 0;
            for (TextDiff.Hunk hunk : diff.hunks()) {
                lines += hunk.lines().size();
                for (TextDiff.Line line : hunk.lines()) {
                    characters += Math.min(line.text().length(), CodeText.LONGEST);
                }
            }
            return new PageBudget(lines, characters);
        }

        PageBudget plus(PageBudget other) {
            return new PageBudget(lines + other.lines, characters + other.characters);
        }

        boolean fits(PageBudget limit) {
            return lines <= limit.lines && characters <= limit.characters;
        }
    }

    /** What happened to a file. */
    enum FileChangeKind { ADDED, DELETED, CHANGED, RENAMED }

    /**
     * A file that changed.
     *
     * @param oldPath where it was before; its own path but for a renamed one
     * @param before its content before; empty for an added one
     * @param after its content now; empty for a deleted one
     */
    record FileChange(String path, String oldPath, FileChangeKind how, Optional<Sha256> before, Optional<Sha256> after,
            Content content) { }

    /** What can be shown of a change. */
    sealed interface Content {
        /** Lines. */
        record TextContent(TextDiff diff) implements Content { }

        /** A picture before, after, or both. */
        record Image() implements Content { }

        /** The same bytes under another name. */
        record Same() implements Content { }

        /** Bytes that are not text, of so many bytes before and after. */
        record Binary(long before, long after) implements Content { }

        /** Too much for a page, even alone. */
        record Huge(long before, long after) implements Content { }

        /** Too much for this page together with the other files; the reader can ask for it. */
        record Deferred() implements Content { }

        /** Its bytes cannot be read. The log says why. */
        record Unreadable() implements Content { }
    }

    /**
     * All of it.
     *
     * @param files those listed
     * @param total how many there are
     * @param counted how many of them {@code added} and {@code deleted} know of
     * @param added lines that came in the files compared
     * @param deleted lines that went
     * @param readable whether everything that was to be read could be
     */
    record ShownChanges(List<FileChange> files, int total, int counted, int added, int deleted, boolean readable) { }

    private final Pool pool;
    private final ObjectStore store;

    Changes(Pool pool, ObjectStore store) {
        this.pool = pool;
        this.store = store;
    }

    /**
     * The changes from one snapshot, or from nothing, to another.
     *
     * @param only the path of the one file that is asked for
     * @throws Problem {@code not-found} where a snapshot is absent
     */
    ShownChanges between(long repoId, Optional<Sha256> from, Sha256 to, Optional<String> only)
            throws SQLException, IOException {
        List<FileChange> files;
        Map<Sha256, StoredObject> places = new HashMap<>();
        int total;
        try (Connection c = pool.acquire("changes")) {
            StoredChange change = StoredChange.of(c, repoId, from, to).orElseThrow(() ->
                    new Problem(Problem.Code.NOT_FOUND, "snapshot " + to + " is not in this repository"));
            List<FileChange> all = files(change);
            total = all.size();
            files = all.stream().filter(file -> only.isEmpty() || only.get().equals(file.path()))
                    .limit(LISTED).toList();
            List<Sha256> ids = files.stream().limit(COMPARED)
                    .flatMap(file -> Stream.of(file.before(), file.after()))
                    .flatMap(Optional::stream).distinct().toList();
            ObjectRows.places(c, repoId, ids).forEach(object -> places.put(object.id(), object));
        }
        return compared(files, total, places, only.isPresent());
    }

    /** The files of a change in order of their paths, those that only moved as one. */
    private static List<FileChange> files(StoredChange change) {
        Map<Sha256, String> gone = new HashMap<>();
        for (String path : change.delta().del()) {
            gone.put(change.before().get(path), path);
        }
        Map<String, FileChange> files = new TreeMap<>();
        change.delta().set().forEach((path, id) -> {
            Optional<Sha256> before = Optional.ofNullable(change.before().get(path));
            String moved = before.isEmpty() ? gone.remove(id) : null;
            FileChangeKind how = before.isPresent() ? FileChangeKind.CHANGED
                    : moved != null ? FileChangeKind.RENAMED : FileChangeKind.ADDED;
            files.put(path, new FileChange(path, moved == null ? path : moved, how,
                    moved == null ? before : Optional.of(id), Optional.of(id), new Content.Deferred()));
        });
        Set<String> renamed = new HashSet<>(files.values().stream().filter(f -> f.how() == FileChangeKind.RENAMED)
                .map(FileChange::oldPath).toList());
        change.delta().del().stream().filter(path -> !renamed.contains(path)).forEach(path -> files.put(path,
                new FileChange(path, path, FileChangeKind.DELETED, Optional.of(change.before().get(path)),
                        Optional.empty(), new Content.Deferred())));
        return List.copyOf(files.values());
    }

    private ShownChanges compared(List<FileChange> files, int total, Map<Sha256, StoredObject> places, boolean asked)
            throws IOException {
        List<StoredObject> wanted = wanted(files, places, asked);
        Map<Sha256, byte[]> bytes = read(wanted);
        List<FileChange> shown = new ArrayList<>();
        PageBudget used = new PageBudget(0, 0);
        int added = 0;
        int deleted = 0;
        int counted = 0;
        for (FileChange file : files) {
            Content content = content(file, places, bytes, asked);
            counted += switch (content) {
                case Content.TextContent _, Content.Image _, Content.Same _, Content.Binary _ -> 1;
                case Content.Huge _, Content.Deferred _, Content.Unreadable _ -> 0;
            };
            if (content instanceof Content.TextContent(TextDiff diff)) {
                added += diff.added();
                deleted += diff.deleted();
                PageBudget size = PageBudget.of(diff);
                if (asked && !size.fits(PageBudget.ASKED)) {
                    content = new Content.Huge(length(places, file.before()), length(places, file.after()));
                } else if (!asked && !(size.fits(PageBudget.FILE) && used.plus(size).fits(PageBudget.PAGE))) {
                    content = new Content.Deferred();
                } else {
                    used = used.plus(size);
                }
            }
            shown.add(new FileChange(file.path(), file.oldPath(), file.how(), file.before(), file.after(), content));
        }
        return new ShownChanges(List.copyOf(shown), total, counted, added, deleted, bytes.size() == wanted.size());
    }

    private static Content content(FileChange file, Map<Sha256, StoredObject> places, Map<Sha256, byte[]> bytes,
            boolean asked) {
        if (file.how() == FileChangeKind.RENAMED) {
            return new Content.Same();
        }
        if (Images.is(file.path())) {
            return new Content.Image();
        }
        long before = length(places, file.before());
        long after = length(places, file.after());
        if (Math.max(before, after) > ASKED_BYTES) {
            return new Content.Huge(before, after);
        }
        Optional<byte[]> old = side(file.before(), bytes);
        Optional<byte[]> young = side(file.after(), bytes);
        if (old.isEmpty() || young.isEmpty()) {
            return asked ? new Content.Unreadable() : new Content.Deferred();
        }
        if (Math.max(LineText.count(old.get()), LineText.count(young.get())) > LINES) {
            return new Content.Huge(before, after);
        }
        return TextDiff.between(old.get(), young.get()).<Content>map(Content.TextContent::new)
                .orElse(new Content.Binary(before, after));
    }

    /** The bytes of one side; of none where the file was not there. Empty where they were not read. */
    private static Optional<byte[]> side(Optional<Sha256> id, Map<Sha256, byte[]> bytes) {
        return id.isEmpty() ? Optional.of(new byte[0]) : Optional.ofNullable(bytes.get(id.get()));
    }

    private static long length(Map<Sha256, StoredObject> places, Optional<Sha256> id) {
        return id.map(places::get).map(StoredObject::size).orElse(0L);
    }

    /** What is to be compared, in the order in which it lies in the store. */
    private static List<StoredObject> wanted(List<FileChange> files, Map<Sha256, StoredObject> places, boolean asked) {
        Map<Sha256, StoredObject> wanted = new LinkedHashMap<>();
        long total = 0;
        for (FileChange file : files.subList(0, Math.min(files.size(), COMPARED))) {
            List<StoredObject> sides = Stream.of(file.before(), file.after())
                    .flatMap(Optional::stream).map(places::get).filter(Objects::nonNull).toList();
            long most = sides.stream().mapToLong(StoredObject::size).max().orElse(0);
            long sum = sides.stream().mapToLong(StoredObject::size).sum();
            boolean fits = asked ? most <= ASKED_BYTES : most <= FILE_BYTES && total + sum <= PAGE_BYTES;
            if (fits && file.how() != FileChangeKind.RENAMED && !Images.is(file.path())) {
                total += sum;
                sides.forEach(object -> wanted.put(object.id(), object));
            }
        }
        return wanted.values().stream().sorted(Comparator
                .comparing((StoredObject o) -> o.place().map(StoreLocation::segment).map(Object::toString).orElse(""))
                .thenComparing(o -> o.place().map(StoreLocation::position).orElse(0L))).toList();
    }

    /** Reads objects while no connection is held (I2). */
    private Map<Sha256, byte[]> read(List<StoredObject> order) throws IOException {
        Map<Sha256, byte[]> bytes = new HashMap<>();
        try (ObjectStore.Reader reader = store.reader()) {
            reader.expect(order);
            for (StoredObject object : order) {
                try {
                    bytes.put(object.id(), reader.read(object));
                } catch (Problem e) {
                    // One damaged object must not hide the others; fsck names it.
                }
            }
        }
        return bytes;
    }
}
