package dev.musehub.core.history;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of one snapshot: paths and object ids, in code-point order of the paths. Immutable; two parallel arrays,
 * because rebuilding the 988 manifests of the reference workload touches 836,788 entries.
 */
public final class Manifest {

    public static final Manifest EMPTY = new Manifest(new String[0], new Sha256[0]);

    private final String[] paths;
    private final Sha256[] objectIds;

    private Manifest(String[] paths, Sha256[] objectIds) {
        this.paths = paths;
        this.objectIds = objectIds;
    }

    /** The manifest of these entries. */
    public static Manifest of(Map<String, Sha256> entries) {
        TreeMap<String, Sha256> sorted = new TreeMap<>(CodePoints.ORDER);
        sorted.putAll(entries);
        return new Manifest(sorted.keySet().toArray(String[]::new), sorted.values().toArray(Sha256[]::new));
    }

    /** The manifest of parallel arrays that are sorted already; the arrays become this manifest's own. */
    public static Manifest ofSorted(String[] paths, Sha256[] objectIds) {
        for (int i = 1; i < paths.length; i++) {
            if (CodePoints.ORDER.compare(paths[i - 1], paths[i]) >= 0) {
                throw new IllegalArgumentException("paths must be in code-point order, without duplicates");
            }
        }
        return new Manifest(paths, objectIds);
    }

    /** The same paths with other objects, in the order of the paths; the array becomes the new manifest's own. */
    public Manifest withObjects(Sha256[] objects) {
        if (objects.length != paths.length) {
            throw new IllegalArgumentException(objects.length + " objects for " + paths.length + " paths");
        }
        return new Manifest(paths, objects);
    }

    /** Whether the paths are certainly those of {@code other}: one came of the other by changes of objects alone. */
    public boolean hasPathsOf(Manifest other) {
        return paths == other.paths;
    }

    public int size() {
        return paths.length;
    }

    public String path(int index) {
        return paths[index];
    }

    public Sha256 objectId(int index) {
        return objectIds[index];
    }

    /** The index of {@code path}, negative where it is absent (as of {@link Arrays#binarySearch}). */
    public int indexOf(String path) {
        return Arrays.binarySearch(paths, path, CodePoints.ORDER);
    }

    /** The object at {@code path}. */
    public Optional<Sha256> get(String path) {
        int i = indexOf(path);
        return i < 0 ? Optional.empty() : Optional.of(objectIds[i]);
    }

    /**
     * This manifest with {@code delta} applied: one merge of two sorted sequences.
     *
     * @throws Problem {@code invalid-snapshot} where the difference deletes a path that is not here
     */
    public Manifest apply(ManifestDelta delta) {
        int most = paths.length + delta.set().size();
        String[] newPaths = new String[most];
        Sha256[] newIds = new Sha256[most];
        int n = 0;
        int at = 0;
        int nextDeleted = 0;
        boolean added = false;
        List<String> deleted = delta.del();
        for (Map.Entry<String, Sha256> entry : delta.set().entrySet()) {
            int found = search(entry.getKey(), at);
            int until = found < 0 ? -found - 1 : found;
            added |= found < 0;
            for (; at < until; at++) {
                if (nextDeleted < deleted.size() && deleted.get(nextDeleted).equals(paths[at])) {
                    nextDeleted++;
                } else {
                    newPaths[n] = paths[at];
                    newIds[n++] = objectIds[at];
                }
            }
            newPaths[n] = entry.getKey();
            newIds[n++] = entry.getValue();
            at = found < 0 ? until : until + 1;
        }
        for (; at < paths.length; at++) {
            if (nextDeleted < deleted.size() && deleted.get(nextDeleted).equals(paths[at])) {
                nextDeleted++;
            } else {
                newPaths[n] = paths[at];
                newIds[n++] = objectIds[at];
            }
        }
        if (nextDeleted < deleted.size()) {
            throw new Problem(Problem.Code.INVALID_SNAPSHOT, "the difference deletes '" + deleted.get(nextDeleted)
                    + "', which its base does not have");
        }
        Sha256[] ids = Arrays.copyOf(newIds, n);
        return added || !deleted.isEmpty() ? new Manifest(Arrays.copyOf(newPaths, n), ids) : withObjects(ids);
    }

    private int search(String path, int from) {
        return Arrays.binarySearch(paths, from, paths.length, path, CodePoints.ORDER);
    }

    /** The difference that leads from {@code base} to this: {@code base.apply(this.since(base))} equals this. */
    public ManifestDelta since(Manifest base) {
        TreeMap<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
        List<String> del = new ArrayList<>();
        if (hasPathsOf(base)) {
            for (int i = 0; i < paths.length; i++) {
                if (!base.objectIds[i].equals(objectIds[i])) {
                    set.put(paths[i], objectIds[i]);
                }
            }
            return new ManifestDelta(set, del);
        }
        int b = 0;
        for (int i = 0; i < paths.length; i++) {
            int order = -1;
            while (b < base.paths.length && (order = CodePoints.ORDER.compare(base.paths[b], paths[i])) < 0) {
                del.add(base.paths[b++]);
            }
            boolean same = b < base.paths.length && order == 0;
            if (!same || !base.objectIds[b].equals(objectIds[i])) {
                set.put(paths[i], objectIds[i]);
            }
            b += same ? 1 : 0;
        }
        while (b < base.paths.length) {
            del.add(base.paths[b++]);
        }
        return new ManifestDelta(set, del);
    }

    /**
     * A path that is a file here and also a directory of another path; empty where there is none.
     *
     * @param changed the paths to look at, in code-point order: one of the two is among them
     */
    public Optional<String> fileAndDirectory(Collection<String> changed) {
        String looked = "";
        for (String path : changed) {
            int inside = indexOf(path + "/");
            inside = inside < 0 ? -inside - 1 : inside;
            if (inside < paths.length && paths[inside].startsWith(path + "/")) {
                return Optional.of(path);
            }
            // Paths of one directory follow each other: it is looked at once.
            String directory = path.substring(0, Math.max(0, path.lastIndexOf('/')));
            if (!directory.equals(looked)) {
                looked = directory;
                for (int end = directory.length(); end > 0; end = directory.lastIndexOf('/', end - 1)) {
                    if (indexOf(directory.substring(0, end)) >= 0) {
                        return Optional.of(directory.substring(0, end));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The whole of it, as the difference from nothing. */
    public ManifestDelta whole() {
        return since(EMPTY);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Manifest m && Arrays.equals(paths, m.paths) && Arrays.equals(objectIds, m.objectIds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(objectIds);
    }
}
