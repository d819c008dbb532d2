package dev.musehub.client.muse;

import dev.musehub.cli.Meter;
import dev.musehub.cli.Plural;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.model.Paths;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The files beside {@code .muse}. For no manifest does this class write outside the tree, into {@code .muse}, or
 * through a symbolic link; and it never overwrites a file that the user changed.
 */
public final class WorkingTree {

    private static final int LISTED = 20;

    /** Larger files are copied piece by piece. */
    private static final long IN_MEMORY_BYTES = 8 << 20;

    /** {@code .git} in any spelling that a file system could take for it. */
    private static final Pattern GIT = Pattern.compile(
            "(^|/)\\p{Cf}*\\.\\p{Cf}*g\\p{Cf}*i\\p{Cf}*t\\p{Cf}*(/|$)", Pattern.CASE_INSENSITIVE);

    private final MuseRepository repository;
    private final Path root;

    public WorkingTree(MuseRepository repository) {
        this.repository = repository;
        this.root = repository.root();
    }

    /**
     * Changes the tree from one manifest to another. A clone begins with the empty one. What a file system cannot hold
     * is left out, with a warning, and so is what lies in {@code .git}: git would run what a stranger has written.
     *
     * @throws Problem {@code conflict} if files differ from {@code from} and would be lost; then nothing was changed
     */
    public void update(Manifest whole, Manifest wanted, Meter meter) throws IOException {
        Manifest from = storable(whole, _ -> { });
        Manifest to = storable(wanted, path -> meter.warn("'" + path + (GIT.matcher(path).find()
                ? "' is left out: git would run what is written there"
                : "' cannot be a file here and is left out: its name is too long, or it is a directory as well")));
        ManifestDelta delta = to.since(from);
        delta.set().keySet().forEach(Paths::check);
        requireUnchanged(delta, from);
        for (String path : delta.del()) {
            remove(path);
        }
        try (Meter.Bar bar = meter.bar("writing", delta.set().size(), "file")) {
            for (Map.Entry<String, Sha256> e : delta.set().entrySet()) {
                write(e.getKey(), e.getValue());
                bar.add(1);
            }
        }
    }

    /** The paths that can be files; of a path that is a file and a directory, what is in the directory. */
    private static Manifest storable(Manifest manifest, Consumer<String> skipped) {
        Set<String> directories = new HashSet<>();
        for (int i = 0; i < manifest.size(); i++) {
            String path = manifest.path(i);
            for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                if (!directories.add(path.substring(0, slash))) {
                    break;
                }
            }
        }
        List<String> paths = new ArrayList<>();
        List<Sha256> objects = new ArrayList<>();
        for (int i = 0; i < manifest.size(); i++) {
            String path = manifest.path(i);
            if (directories.contains(path) || !Paths.isStorable(path) || GIT.matcher(path).find()) {
                skipped.accept(path);
            } else {
                paths.add(path);
                objects.add(manifest.objectId(i));
            }
        }
        return paths.size() == manifest.size() ? manifest
                : Manifest.ofSorted(paths.toArray(String[]::new), objects.toArray(Sha256[]::new));
    }

    private void requireUnchanged(ManifestDelta delta, Manifest from) throws IOException {
        List<String> changed = new ArrayList<>();
        List<String> touched = new ArrayList<>(delta.del());
        touched.addAll(delta.set().keySet());
        for (String path : touched) {
            Path file = resolve(path);
            Optional<Sha256> before = from.get(path);
            boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
            boolean inOrder = before.isEmpty() ? !there
                    : !there || Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                            && SafeFiles.hash(file).equals(before.get());
            // A file that already has the new content is no conflict.
            Sha256 wanted = delta.set().get(path);
            boolean done = wanted != null && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && SafeFiles.hash(file).equals(wanted);
            if (!inOrder && !done) {
                changed.add(path);
            }
        }
        if (!changed.isEmpty()) {
            throw new Problem(Problem.Code.CONFLICT, "what was changed here would be overwritten ("
                    + Plural.of(changed.size(), "file") + "), such as "
                    + String.join(", ", changed.subList(0, Math.min(3, changed.size())))
                    + "; commit them or move them away").with("paths",
                    Value.texts(changed.subList(0, Math.min(LISTED, changed.size()))));
        }
    }

    /** The file of a path. No parent may be a symbolic link: it could lead out of the tree, or into .muse. */
    private Path resolve(String path) {
        Paths.check(path);
        Path file = root;
        String[] components = path.split("/");
        for (int i = 0; i < components.length; i++) {
            file = file.resolve(components[i]);
            if (i < components.length - 1 && Files.isSymbolicLink(file)) {
                throw new Problem(Problem.Code.CONFLICT, file + " is a symbolic link, and nothing is written through"
                        + " links; remove it");
            }
        }
        return file;
    }

    private void write(String path, Sha256 id) throws IOException {
        Path file = resolve(path);
        if (repository.objects().size(id) > IN_MEMORY_BYTES) {
            try (IncomingObject copy = new IncomingObject(id, file, SafeFiles.beside(file));
                    InputStream in = repository.objects().open(id)) {
                in.transferTo(copy);
                copy.finish();
            }
            return;
        }
        byte[] content = repository.objects().read(id);
        Files.createDirectories(file.getParent());
        SafeFiles.write(file, content);
    }

    private void remove(String path) throws IOException {
        Path file = resolve(path);
        Files.deleteIfExists(file);
        for (Path dir = file.getParent(); !dir.equals(root); dir = dir.getParent()) {
            try {
                Files.deleteIfExists(dir);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }
}
