package dev.musehub.postgres;

import dev.musehub.files.FileTrees;
import dev.musehub.files.WholeNumber;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Directories that are being built. {@code data} is built as {@code data.unfinished-PID} and renamed when it is
 * complete, so a directory with the final name is always complete. The pid tells which ones a killed process left.
 */
final class UnfinishedDirectories {
    private static final String MARK = ".unfinished-";

    private UnfinishedDirectories() {
    }

    /** The path at which this process builds {@code parent/name}. */
    static Path name(Path parent, String name) {
        return parent.resolve(name + MARK + ProcessHandle.current().pid());
    }

    /**
     * Deletes what this process or a dead one left of {@code parent/name}, but not what other processes build now. What
     * cannot be deleted stays until the next time: the orphaned initdb of a killed hub may still be writing.
     */
    static void delete(Path parent, String name) throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(parent, name + MARK + "*")) {
            for (Path leftover : unfinished) {
                if (!belongsToAnother(leftover)) {
                    tryDeleteTree(leftover);
                }
            }
        }
    }

    private static void tryDeleteTree(Path tree) {
        try {
            FileTrees.delete(tree);
        } catch (IOException stillInUse) {
            // harmless: only its disk space is lost until then
        }
    }

    private static boolean belongsToAnother(Path leftover) {
        String name = leftover.getFileName().toString();
        String pid = name.substring(name.lastIndexOf('-') + 1);
        return !pid.equals(Long.toString(ProcessHandle.current().pid()))
                && WholeNumber.of(pid).map(number -> ProcessHandle.of(number).isPresent()).orElse(true);
    }
}
