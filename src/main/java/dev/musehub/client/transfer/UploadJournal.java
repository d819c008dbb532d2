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
 * Which objects a push has begun to put into a store, so that the push after a killed one can ask whether they arrived
 * instead of sending them again. {@code .muse/musehub/uploading}: the remote, then one id per line.
 */
final class UploadJournal {

    private final Path file;
    private final String remote;

    UploadJournal(MuseRepository repository, String remote) {
        this.file = repository.root().resolve(".muse").resolve("musehub").resolve("uploading");
        this.remote = remote;
    }

    /** Whether an earlier push has not ended. */
    boolean isOpen() {
        return Files.exists(file);
    }

    /** What an earlier push to this remote had begun and never ended. */
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

    /** Notes objects before they are put. */
    void begin(List<Sha256> ids) {
        StringBuilder text = new StringBuilder();
        if (!isOpen()) {
            text.append(remote).append('\n');
        }
        ids.forEach(id -> text.append(id.hex()).append('\n'));
        SafeFiles.append(file, text.toString());
    }

    /** Everything has been confirmed, or is about something else now. */
    void end() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
