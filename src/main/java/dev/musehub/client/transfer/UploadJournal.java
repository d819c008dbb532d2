package dev.musehub.client.transfer;

import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.muse.SafeFiles;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The objects that a push has begun to upload to a store. After a killed push, the next one asks the hub whether they
 * arrived and does not send them again. The file {@code .muse/musehub/uploading} holds the remote, then one id per
 * line.
 */
final class UploadJournal {

    private final Path file;
    private final String remote;

    UploadJournal(MuseRepository repository, String remote) {
        this.file = repository.root().resolve(".muse").resolve("musehub").resolve("uploading");
        this.remote = remote;
    }

    /** Whether an earlier push was killed. */
    boolean isOpen() {
        return Files.exists(file);
    }

    /** The objects that a killed push to this remote had begun to upload. */
    Set<Sha256> unended() {
        try (Stream<String> lines = Files.lines(file)) {
            List<String> all = lines.toList();
            if (all.isEmpty() || !all.getFirst().equals(remote)) {
                return Set.of();
            }
            return all.stream().skip(1).map(Sha256::parseHex).flatMap(Optional::stream)
                    .collect(Collectors.toCollection(HashSet::new));
        } catch (NoSuchFileException e) {
            return Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds objects, before they are uploaded. */
    void begin(List<Sha256> ids) {
        StringBuilder text = new StringBuilder();
        if (!isOpen()) {
            text.append(remote).append('\n');
        }
        ids.forEach(id -> text.append(id.hex()).append('\n'));
        SafeFiles.append(file, text.toString());
    }

    /** Deletes the file. */
    void end() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
