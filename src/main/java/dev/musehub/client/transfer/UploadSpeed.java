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
 * How fast objects get to a remote: as fast as the last push of this repository did, all its work included; before the
 * first one, as fast as bytes travel to the hub. {@code .muse/musehub/pace}: the remote, then raw bytes per second.
 */
public final class UploadSpeed {

    /** A smaller push says more about the way there than about the pace. */
    private static final long TELLING_BYTES = 1_000_000;

    private final Path file;
    private final URI remote;

    public UploadSpeed(RemoteRepository ends) {
        this.file = ends.local().root().resolve(".muse").resolve("musehub").resolve("pace");
        this.remote = Config.url(ends.remote().url());
    }

    /**
     * How long it may take.
     *
     * @param least whether only the way there is in it, and not the hub's work
     * @param from what that is judged by
     */
    public record Estimate(double seconds, double bytesPerSecond, boolean least, String from) { }

    /** Remembers a push that is done. A repository that cannot be written to just has no pace. */
    public void note(long bytes, double seconds) {
        if (bytes < TELLING_BYTES) {
            return;
        }
        try {
            Files.createDirectories(file.getParent());
            SafeFiles.write(file, (remote + "\n" + (long) (bytes / seconds) + "\n").getBytes(
                    java.nio.charset.StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The push itself went well.
        }
    }

    /** For {@code bytes} raw bytes; empty where there is nothing to judge by. */
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
            // There was none, or none that can be read.
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
