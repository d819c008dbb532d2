package dev.musehub.client.transfer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.Await;
import dev.musehub.testing.FaultProxy;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client sends fewer bytes to a hub whose answers take long. */
@Tag("T8")
class FarHubT8Test {

    private static final Pattern RECEIVED = Pattern.compile("/dev/far/push/stream 200 .* in=([0-9]+) ");

    @TempDir
    private Path temp;

    /** Text with frequent words, as in prose, so that a longer search for repetitions finds some. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        while (text.length() < 30_000) {
            int word = (int) (400 * Math.pow(random.nextDouble(), 3));
            text.append(Integer.toString(word * 7919, 36)).append(random.nextInt(12) == 0 ? '\n' : ' ');
        }
        return text.toString();
    }

    private static long packed(Map<String, String> files, Zstd.Effort effort) {
        long bytes = 0;
        try (ObjectPacker packer = new ObjectPacker(Limits.DEFAULT)) {
            for (String text : files.values()) {
                byte[] raw = text.getBytes(StandardCharsets.US_ASCII);
                bytes += packer.frame(Sha256.of(raw), raw, effort).data().length;
            }
        }
        return bytes;
    }

    @Test
    void whoWaitsForTheLinePacksSmaller() throws IOException {
        Random random = new Random(5);
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
            files.put("file" + (10 + i), text(random));
        }
        History history = new History();
        history.commit("prose", files);
        long quick = packed(files, Zstd.Effort.QUICK);
        long small = packed(files, Zstd.Effort.SMALL);
        assertTrue(small < 0.97 * quick, small + " of " + quick);

        ClientFixture client = new ClientFixture(temp.resolve("local"));
        client.write(history, history.commits(), "main");
        try (TestHub hub = new TestHub(temp.resolve("hub")); FaultProxy line = new FaultProxy(hub.port())) {
            // The end of the first request takes 20 ms more, and a push asks once before it sends.
            line.arm(new FaultProxy.Fault(FaultProxy.Kind.DELAY, true, 0));
            client.push(URI.create("http://127.0.0.1:" + line.port() + "/dev/far"), "main");
            Matcher received = Await.until("the line of the push", () -> RECEIVED.matcher(hub.log()), Matcher::find);
            long in = Long.parseLong(received.group(1));
            assertTrue(in > small && in < (small + quick) / 2, in + " bytes; " + small + " or " + quick);
        }
    }
}
