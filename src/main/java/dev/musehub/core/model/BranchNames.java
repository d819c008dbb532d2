package dev.musehub.core.model;

/** Which branch names Muse accepts (format.md, "Names"), except the one that would be another file. */
public final class BranchNames {

    public static final int MAX_CODE_POINTS = 255;

    /** Bytes of UTF-8 that a component may have. A branch is a file of that name, and no usual file system has more. */
    public static final int MAX_COMPONENT_BYTES = 255;

    private BranchNames() {
    }

    /** Whether {@code name} is a branch name of Muse. */
    public static boolean isValid(String name) {
        return fault(name).isEmpty();
    }

    /**
     * Returns {@code name} where it is valid.
     *
     * @throws Problem {@code invalid-branch}
     */
    public static String check(String name) {
        String fault = fault(name);
        if (!fault.isEmpty()) {
            throw new Problem(Problem.Code.INVALID_BRANCH, "branch name " + fault + "; rename the branch");
        }
        return name;
    }

    private static String fault(String name) {
        if (name.isEmpty() || name.codePointCount(0, name.length()) > MAX_CODE_POINTS) {
            return "must have 1 to " + MAX_CODE_POINTS + " characters";
        }
        if (CodePoints.hasLoneSurrogate(name)) {
            return "is not valid Unicode";
        }
        for (int i = 0; i < name.length(); i++) {
            if ("\\\0\r\n\t".indexOf(name.charAt(i)) >= 0) {
                return "holds a backslash, NUL, tab or line break";
            }
        }
        if (name.startsWith(".") || name.endsWith(".") || name.contains("..")) {
            return "starts or ends with '.', or holds '..'";
        }
        if (name.startsWith("/") || name.endsWith("/") || name.contains("//")) {
            return "starts or ends with '/', or holds '//'";
        }
        for (String component : name.split("/")) {
            if (CodePoints.utf8(component).length > MAX_COMPONENT_BYTES) {
                return "has a component of more than " + MAX_COMPONENT_BYTES + " bytes";
            }
        }
        // Muse lets 'a/./b' pass, and its file is that of 'a/b': two names, one ref.
        return name.contains("/./") ? "has a component '.'" : "";
    }

    /** Whether the file of one branch would have to be a directory for the other one: 'a' and 'a/b'. */
    public static boolean exclude(String one, String other) {
        return one.startsWith(other + "/") || other.startsWith(one + "/");
    }
}
