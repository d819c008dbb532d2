package dev.musehub.client.commands;

import dev.musehub.core.model.Problem;
import dev.musehub.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The directory of a clone that is not finished. What the clone made there is removed if the clone fails or is stopped
 * (Ctrl-C). A clone that was killed leaves a mark, and the next clone into the same directory removes what it made.
 */
final class UnfinishedClone implements AutoCloseable {

    private static final Path MARK = Path.of(".muse/musehub/cloning");

    /** How often the end of a stopped program removes what threads that still run have written. */
    private static final int ROUNDS = 100;
    private static final int QUIET_ROUNDS = 3;
    private static final int ROUND_MILLIS = 20;

    private final Path target;
    private final boolean existed;
    private final Thread atExit = Thread.ofPlatform().unstarted(this::stopped);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean finished;

    private UnfinishedClone(Path target, boolean existed) {
        this.target = target;
        this.existed = existed;
    }

    /**
     * Begins a clone into {@code target}, which is absent, empty, or what a killed clone left.
     *
     * @throws Problem {@code conflict} if there is something else
     */
    static UnfinishedClone begin(Path target) throws IOException {
        boolean existed = Files.exists(target);
        if (existed) {
            List<Path> there = Files.isDirectory(target) ? contents(target) : List.of(target);
            boolean left = there.size() == 1 && there.getFirst().equals(target.resolve(".muse")) && isHalf(target);
            if (left) {
                FileTrees.delete(there.getFirst());
            } else if (!there.isEmpty()) {
                throw new Problem(Problem.Code.CONFLICT, target + " exists and is not empty; name another directory");
            }
        }
        UnfinishedClone clone = new UnfinishedClone(target, existed);
        Runtime.getRuntime().addShutdownHook(clone.atExit);
        Files.createDirectories(target.resolve(MARK).getParent());
        Files.createFile(target.resolve(MARK));
        return clone;
    }

    /** A repository has a HEAD. A clone that is being removed may leave some objects without one. */
    private static boolean isHalf(Path target) {
        return Files.exists(target.resolve(MARK)) || Files.notExists(target.resolve(".muse/HEAD"));
    }

    private static List<Path> contents(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    /** The repository is complete; from now on a kill leaves a repository whose working tree lacks files. */
    void complete() throws IOException {
        Files.delete(target.resolve(MARK));
        try {
            // Not a directory of Muse, so it stays only where something is in it.
            Files.delete(target.resolve(MARK).getParent());
        } catch (IOException e) {
            // Something is in it.
        }
    }

    /** The clone is finished and stays. */
    void finish() {
        finished = true;
    }

    private void remove() throws IOException {
        if (!Files.exists(target)) {
            return;
        }
        if (existed) {
            for (Path file : contents(target)) {
                FileTrees.delete(file);
            }
        } else {
            FileTrees.delete(target);
        }
    }

    private boolean isGone() throws IOException {
        return !Files.exists(target) || existed && contents(target).isEmpty();
    }

    /** Runs at the end of a stopped program, while its other threads go on writing until it has ended. */
    private void stopped() {
        int quiet = 0;
        for (int round = 0; !finished && quiet < QUIET_ROUNDS && round < ROUNDS; round++) {
            try {
                quiet = isGone() ? quiet + 1 : 0;
                remove();
                ended.await(ROUND_MILLIS, TimeUnit.MILLISECONDS);
            } catch (IOException e) {
                // A thread has just written into a directory that was being deleted; again.
                quiet = 0;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (!finished) {
                remove();
            }
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The program is already ending, and the hook runs.
        } finally {
            ended.countDown();
        }
    }
}
