package dev.musehub.testing;

import dev.musehub.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A temporary directory that is gone when its user is done, for what runs outside JUnit: a soak writes 300,000 files. */
public final class Scratch implements AutoCloseable {

    private final Path directory;

    public Scratch(String prefix) throws IOException {
        directory = Files.createTempDirectory(prefix);
    }

    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        FileTrees.delete(directory);
    }
}
