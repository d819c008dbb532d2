package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.client.hub.HubClient;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.History;
import dev.musehub.testing.HttpRelay;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub behind a proxy that stops forwarding a request when the answer begins. */
@Tag("T8")
class ProxyT8Test {

    /** Several heartbeats of the hub, so that it speaks if it may. A busy machine may make this longer, never wrong. */
    private static final Duration PAUSE = Duration.ofMillis(700);

    @TempDir
    private Path data;

    @Test
    void aPushThatTakesLongerThanAHeartbeatArrivesWhole() throws IOException {
        try (TestHub hub = new TestHub(data); HttpRelay proxy = new HttpRelay(List.of(hub.repository("x")));
                HubClient client = new HubClient(URI.create(proxy.url() + "/dev/slow"), Optional.of(TestHub.TOKEN))) {
            History history = History.line("slow", 3);
            List<Frame> frames = history.push("main");
            Frame.Result result = client.push((Frame.Header) frames.getFirst(), out -> {
                out.write(frames.get(1));
                out.flush();
                rest();
                for (Frame frame : frames.subList(2, frames.size())) {
                    out.write(frame);
                }
            }, Limits.DEFAULT, _ -> { });
            assertEquals(Optional.of(history.head()), result.head());
            assertEquals(history.head(), client.refs().heads().get("main"));
        }
    }

    private static void rest() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
