package dev.musehub.postgres;

import dev.musehub.core.io.FileTrees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Directories under construction. {@code data} is built as {@code data.unfinished-PID} and renamed when complete, so
 * what carries the plain name is always whole, and what a killed process left can be told by its dead pid.
 */
final class UnfinishedDirectories {
    private static final String MARK = ".unfinished-";

    private UnfinishedDirectories() {
    }

    /** Where this process builds {@code parent/name}. */
    static Path name(Path parent, String name) {
        return parent.resolve(name + MARK + ProcessHandle.current().pid());
    }

    /**
     * Deletes what this process or a dead one left of building {@code parent/name}; spares what others build now. What
     * cannot be deleted (the orphaned initdb of a killed hub may still be writing) waits for the next time.
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
                && (!pid.matches("\\d{1,18}") || ProcessHandle.of(Long.parseLong(pid)).isPresent());
    }
}
