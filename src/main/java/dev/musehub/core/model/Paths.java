package dev.musehub.core.model;

/** Which paths a manifest may hold: those that stay inside the working tree and out of {@code .muse}. */
public final class Paths {

    public static final int MAX_BYTES = 4096;

    /** Bytes of UTF-8 that a component may have on a usual file system. */
    public static final int MAX_COMPONENT_BYTES = 255;

    private Paths() {
    }

    /**
     * Checks one manifest path. Muse itself restores {@code .muse/HEAD} over the real one (format.md, "Paths");
     * neither hub nor client of ours lets such an entry pass.
     *
     * @throws Problem {@code invalid-path}
     */
    public static void check(String path) {
        if (path.isEmpty() || path.indexOf('\0') >= 0) {
            throw refused(path, "is empty or holds a NUL");
        }
        // A UTF-8 form is never shorter than the string, so the long ones never get encoded.
        if (path.length() > MAX_BYTES || CodePoints.utf8(path).length > MAX_BYTES) {
            throw refused(path.substring(0, 60) + "...", "is longer than " + MAX_BYTES + " bytes");
        }
        int start = 0;
        while (start <= path.length()) {
            int end = path.indexOf('/', start);
            end = end < 0 ? path.length() : end;
            checkComponent(path, start, end);
            start = end + 1;
        }
    }

    /** Whether each component of {@code path} is short enough to be the name of a file. */
    public static boolean isStorable(String path) {
        if (path.length() <= MAX_COMPONENT_BYTES / 3) {
            // A character of a Java string has three bytes at most.
            return true;
        }
        for (String component : path.split("/")) {
            if (CodePoints.utf8(component).length > MAX_COMPONENT_BYTES) {
                return false;
            }
        }
        return true;
    }

    private static void checkComponent(String path, int start, int end) {
        int length = end - start;
        if (length == 0) {
            throw refused(path, "is absolute or has an empty component");
        }
        if (path.charAt(start) == '.' && (length == 1 || length == 2 && path.charAt(start + 1) == '.')) {
            throw refused(path, "leaves the tree or names a directory twice");
        }
        // Case-insensitive, as the file systems of macOS and Windows are.
        if (length == 5 && path.regionMatches(true, start, ".muse", 0, 5)) {
            throw refused(path, "enters .muse");
        }
    }

    private static Problem refused(String path, String why) {
        return new Problem(Problem.Code.INVALID_PATH, "path '" + path + "' " + why
                + "; remove it from the snapshot and commit again").with("path", path);
    }
}
