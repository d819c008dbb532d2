package dev.musehub.client.git;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Paths;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Selects the files of a git tree that become files of a snapshot: those that Muse itself would record (format.md). The
 * directories used last stay in memory, because most of them are the same from commit to commit.
 */
final class GitPaths {

    /** Entries of directories in memory, about 30 MB. */
    private static final long KEPT_ENTRIES = 200_000;

    private static final Set<String> NEVER_DIRECTORIES = Set.of(".muse", ".git", "node_modules", "__pycache__", ".venv",
            "venv", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".coverage", "htmlcov", "dist",
            "build", ".eggs", ".DS_Store");
    private static final Pattern NEVER_FILES = Pattern.compile(
            "\\.env|\\.env\\..*|\\.envrc|.*\\.(pem|key|p12|pfx)|\\.DS_Store|Thumbs\\.db", Pattern.DOTALL);

    private final GitObjects objects;
    private final ImportOmissions leftOut;
    private final boolean all;
    private final Map<TreePlace, ReadDirectory> directories = new LinkedHashMap<>(1024, 0.75f, true);
    private long kept;

    /** {@code all} selects also what Muse never records. */
    GitPaths(GitObjects objects, ImportOmissions leftOut, boolean all) {
        this.objects = objects;
        this.leftOut = leftOut;
        this.all = all;
    }

    /** One file of a commit. */
    record File(String path, GitId blob) { }

    /** A directory at one place: the paths of its files are whole paths, and so depend on the place. */
    private record TreePlace(String prefix, GitId tree) { }

    private record ReadDirectory(List<File> files, List<TreePlace> below) {
        int size() {
            return 1 + files.size() + below.size();
        }
    }

    /** The files of a tree: those of a directory before those of its directories. */
    List<File> of(GitId tree) throws IOException {
        List<File> files = new ArrayList<>();
        collect(new TreePlace("", tree), files);
        return files;
    }

    private void collect(TreePlace place, List<File> files) throws IOException {
        ReadDirectory directory = directory(place);
        files.addAll(directory.files());
        for (TreePlace below : directory.below()) {
            collect(below, files);
        }
    }

    private ReadDirectory directory(TreePlace place) throws IOException {
        ReadDirectory known = directories.get(place);
        if (known == null) {
            known = parse(place);
            directories.put(place, known);
            kept += known.size();
            while (kept > KEPT_ENTRIES && directories.size() > 1) {
                TreePlace oldest = directories.keySet().iterator().next();
                kept -= directories.remove(oldest).size();
            }
        }
        return known;
    }

    private ReadDirectory parse(TreePlace place) throws IOException {
        GitTree tree = GitTree.parse(objects.whole(place.tree(), "tree"), place.tree().width());
        tree.unreadable().forEach(name -> leftOut.count(ImportOmissions.Reason.NOT_UTF8, place.prefix() + name));
        List<File> files = new ArrayList<>();
        List<TreePlace> below = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (GitTree.TreeEntry entry : tree.entries()) {
            String path = place.prefix() + entry.name();
            boolean directory = entry.kind() == GitTree.EntryKind.DIRECTORY;
            if (!names.add(entry.name()) || entry.name().indexOf('/') >= 0 || !isSafe(path)) {
                leftOut.count(ImportOmissions.Reason.IMPOSSIBLE_PATH, path);
                continue;
            }
            if (!all && isNeverRecorded(directory, entry.name())) {
                leftOut.count(ImportOmissions.Reason.NEVER_RECORDED, path);
                continue;
            }
            switch (entry.kind()) {
                case DIRECTORY -> below.add(new TreePlace(path + "/", entry.id()));
                case SYMLINK -> leftOut.count(ImportOmissions.Reason.SYMLINK, path);
                case SUBMODULE -> leftOut.count(ImportOmissions.Reason.SUBMODULE, path);
                case EXECUTABLE -> {
                    leftOut.count(ImportOmissions.Reason.EXECUTABLE_BIT, path);
                    files.add(new File(path, entry.id()));
                }
                case FILE -> files.add(new File(path, entry.id()));
            }
        }
        files.sort(Comparator.comparing(File::path, CodePoints.ORDER));
        return new ReadDirectory(files, below);
    }

    private static boolean isNeverRecorded(boolean directory, String name) {
        return directory ? NEVER_DIRECTORIES.contains(name) : NEVER_FILES.matcher(name).matches();
    }

    /** Whether a path may be in a manifest. The commands of git make no other paths, but other programs can. */
    private static boolean isSafe(String path) {
        try {
            Paths.check(path);
            return true;
        } catch (Problem e) {
            return false;
        }
    }
}
