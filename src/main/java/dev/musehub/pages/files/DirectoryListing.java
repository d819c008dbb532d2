package dev.musehub.pages.files;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is in one directory: directories first, then files, both in the order of their names. A directory of a million
 * files is listed a page at a time. Files below a directory cost nothing: each entry takes one binary search.
 *
 * @param more whether others follow
 */
record DirectoryListing(List<DirectoryEntry> entries, boolean more) {

    /** Names of the files that a directory is introduced by, the best one first. */
    private static final List<String> README = List.of("readme.md", "readme.markdown", "readme", "readme.txt");

    /**
     * One entry.
     *
     * @param object the content of a file; empty for a directory
     * @param files how many there are below a directory; 1 for a file
     */
    record DirectoryEntry(String name, Optional<Sha256> object, int files) {

        /** What a page that begins behind this entry is asked for by. */
        String key() {
            return object.isEmpty() ? name + "/" : name;
        }
    }

    /** Up to {@code limit} entries of the directory {@code path} behind the one with the key {@code after}. */
    static DirectoryListing of(Manifest files, String path, Optional<String> after, int limit) {
        List<DirectoryEntry> found = new ArrayList<>();
        boolean amongFiles = after.isPresent() && !after.get().endsWith("/");
        if (!amongFiles) {
            add(found, files, path, after.map(key -> key.substring(0, key.length() - 1)).orElse(""), true, limit + 1);
        }
        add(found, files, path, amongFiles ? after.get() : "", false, limit + 1);
        return new DirectoryListing(List.copyOf(found.subList(0, Math.min(limit, found.size()))), found.size() > limit);
    }

    /** Adds directories or files of {@code path} behind {@code after} until there are {@code limit} entries. */
    private static void add(List<DirectoryEntry> found, Manifest files, String path, String after, boolean directories,
            int limit) {
        String prefix = path.isEmpty() ? "" : path + "/";
        // '0' is the character after '/', so this path is behind all files of the directory.
        int end = path.isEmpty() ? files.size() : Trees.bound(files, path + "0");
        int at = Trees.bound(files, after.isEmpty() ? prefix : prefix + after + (directories ? "0" : ""));
        while (at < end && found.size() < limit) {
            String file = files.path(at);
            int slash = file.indexOf('/', prefix.length());
            if (slash >= 0) {
                int next = Trees.bound(files, file.substring(0, slash) + "0");
                if (directories) {
                    found.add(new DirectoryEntry(file.substring(prefix.length(), slash), Optional.empty(), next - at));
                }
                at = next;
            } else {
                String name = file.substring(prefix.length());
                if (!directories && !name.equals(after)) {
                    found.add(new DirectoryEntry(name, Optional.of(files.objectId(at)), 1));
                }
                at++;
            }
        }
    }

    /** The entry that introduces this directory, among those listed. */
    Optional<DirectoryEntry> readme() {
        for (String name : README) {
            for (DirectoryEntry entry : entries) {
                if (entry.object().isPresent() && entry.name().equalsIgnoreCase(name)) {
                    return Optional.of(entry);
                }
            }
        }
        return Optional.empty();
    }
}
