package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.client.hub.HubClient;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.History;
import dev.musehub.testing.HttpRelay;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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

    /** Without an answer the client would only see that the connection is gone, and not know why. */
    @Test
    void aPushThatFallsSilentBehindAProxyEndsWithAnAnswer() throws IOException {
        List<Frame> frames = History.line("silent", 3).push("main");
        try (TestHub hub = TestHub.impatient(data); HttpRelay proxy = new HttpRelay(List.of(hub.repository("x")));
                Socket client = new Socket("127.0.0.1", proxy.url().getPort())) {
            client.setSoTimeout(300_000);
            OutputStream out = client.getOutputStream();
            out.write(("POST /dev/silent/push/stream HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\nAuthorization: Bearer "
                    + TestHub.TOKEN + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(History.bytes(frames.subList(0, 3)));
            out.flush();
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 200") && answer.contains("truncated-stream")
                    && answer.contains("nothing came for 1 s"), answer);
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
