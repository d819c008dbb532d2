package dev.musehub.core.history;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Paths;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The difference from one manifest to another: entries added or changed, and paths removed. A whole manifest is the
 * difference from the empty one.
 *
 * @param set paths to object ids, in code-point order
 * @param del removed paths, in code-point order
 */
public record ManifestDelta(Map<String, Sha256> set, List<String> del) {

    public static final ManifestDelta EMPTY = new ManifestDelta(Map.of(), List.of());

    /**
     * Sorts and checks what came from outside.
     *
     * @throws Problem {@code invalid-path} for a path that must not be in a manifest, {@code invalid-snapshot} for one
     *     both set and deleted, or deleted twice
     */
    public static ManifestDelta checked(Map<String, Sha256> set, List<String> del) {
        TreeMap<String, Sha256> sorted = new TreeMap<>(CodePoints.ORDER);
        sorted.putAll(set);
        sorted.keySet().forEach(Paths::check);
        List<String> removed = del.stream().sorted(CodePoints.ORDER).toList();
        for (int i = 0; i < removed.size(); i++) {
            String path = removed.get(i);
            if (sorted.containsKey(path) || i > 0 && removed.get(i - 1).equals(path)) {
                throw new Problem(Problem.Code.INVALID_SNAPSHOT, "path '" + path + "' is named twice in a difference");
            }
        }
        return new ManifestDelta(sorted, removed);
    }

    public int size() {
        return set.size() + del.size();
    }
}
