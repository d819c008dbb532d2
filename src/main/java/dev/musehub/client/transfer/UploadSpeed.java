package dev.musehub.client.transfer;

import dev.musehub.client.doctor.ProxyCheck;
import dev.musehub.client.hub.RemoteRepository;
import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.client.muse.SafeFiles;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Estimates how fast a push to a remote is: as fast as the last push of this repository, or before the first push, as
 * fast as bytes travel to the hub. The file {@code .muse/musehub/pace} holds the remote, then raw bytes per second.
 */
public final class UploadSpeed {

    /** The time of a smaller push depends more on the delay of the line than on its speed. */
    private static final long TELLING_BYTES = 1_000_000;

    private final Path file;
    private final URI remote;

    public UploadSpeed(RemoteRepository ends) {
        this.file = ends.local().root().resolve(".muse").resolve("musehub").resolve("pace");
        this.remote = Config.url(ends.remote().url());
    }

    /**
     * How long a push may take.
     *
     * @param least whether the time is a lower limit, which contains the line but not the work of the hub
     * @param from what the estimate is based on
     */
    public record Estimate(double seconds, double bytesPerSecond, boolean least, String from) { }

    /** Remembers the speed of a push. If the file cannot be written, there is no estimate later. */
    public void note(long bytes, double seconds) {
        if (bytes < TELLING_BYTES) {
            return;
        }
        try {
            Files.createDirectories(file.getParent());
            SafeFiles.write(file, (remote + "\n" + (long) (bytes / seconds) + "\n").getBytes(
                    java.nio.charset.StandardCharsets.UTF_8));
        } catch (IOException e) {
            // This must not fail a push that succeeded.
        }
    }

    /** An estimate for {@code bytes} raw bytes; empty if nothing is known. */
    public Optional<Estimate> estimate(long bytes) {
        return last().map(pace -> new Estimate(bytes / pace, pace, false, "the last push"))
                .or(() -> measured().map(pace -> new Estimate(bytes / pace, pace, true,
                        "the link, measured just now")));
    }

    private Optional<Double> last() {
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() == 2 && lines.getFirst().equals(remote.toString())
                    && lines.get(1).matches("[1-9][0-9]{0,14}")) {
                return Optional.of(Double.parseDouble(lines.get(1)));
            }
        } catch (IOException e) {
            // There was no push, or the file cannot be read.
        }
        return Optional.empty();
    }

    private Optional<Double> measured() {
        try {
            return Identity.ofUser().tokenFor(remote).map(token -> new ProxyCheck(remote, token))
                    .flatMap(ProxyCheck::pace);
        } catch (Problem e) {
            return Optional.empty();
        }
    }
}
