package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.server.access.RateLimits;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who takes more than its share is told when to come back. */
@Tag("T7")
class RatesT7Test {

    @TempDir
    private Path data;

    private static TestHub.Answer refs(TestHub hub, String token) {
        return hub.send("GET", "/dev/repo/refs", "Authorization: Bearer " + token + "\r\n", new byte[0]);
    }

    private static int push(TestHub hub) {
        return hub.send("POST", "/dev/repo/push/stream", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                History.bytes(History.line("base", 2).push("main"))).status();
    }

    private static void pushUntil(TestHub hub, IntPredicate status) {
        for (int i = 0; i < 1000; i++) {
            if (status.test(push(hub))) {
                return;
            }
        }
        throw new AssertionError("no push of 1,000 had the status");
    }

    @Test
    void moreRequestsThanAnAddressMayMakeGet429AndTheTimeToWait() {
        try (TestHub hub = new TestHub(data, new RateLimits(1, 0, 0, true))) {
            TestHub.Answer refused = refs(hub, TestHub.TOKEN);
            for (int i = 0; i < 1000 && refused.status() != 429; i++) {
                refused = refs(hub, TestHub.TOKEN);
            }
            assertEquals(429, refused.status());
            assertTrue(refused.head().contains("Retry-after: 1"), refused.head());
            assertTrue(refused.text().contains("\"code\":\"rate-limited\""), refused.text());
        }
    }

    @Test
    void anAddressThatGuessesTokensIsNotHeardForAWhile() {
        try (TestHub hub = new TestHub(data, new RateLimits(0, 0, 3, true))) {
            for (int i = 0; i < 3; i++) {
                assertEquals(401, refs(hub, "guess" + i).status());
            }
            Await.until("a refusal of the right token", () -> guessed(hub) && refs(hub, TestHub.TOKEN).status() == 429);
            TestHub.Answer page = Await.until("a refusal of the form", () -> {
                guessed(hub);
                return hub.send("POST", "/-/sign-in", "Content-Type: application/x-www-form-urlencoded\r\n",
                        ("token=" + TestHub.TOKEN).getBytes(StandardCharsets.US_ASCII));
            }, answer -> answer.status() == 429);
            assertTrue(page.head().contains("Retry-after: "), page.head());
        }
    }

    /** One more wrong token; true where it was not even looked at. As time passes, the hub forgives some. */
    private static boolean guessed(TestHub hub) {
        return refs(hub, "guess" + System.nanoTime()).status() == 429;
    }

    @Test
    void behindATrustedProxyEverybodyHasAShareOfTheirOwn() {
        try (TestHub hub = new TestHub(data, new RateLimits(0, 0, 2, false))) {
            for (int i = 0; i < 2; i++) {
                assertEquals(401, forwarded(hub, "203.0.113.9", "guess" + i));
            }
            Await.until("a refusal", () -> forwarded(hub, "203.0.113.9", "guess" + System.nanoTime()) == 429
                    && forwarded(hub, "203.0.113.9", TestHub.TOKEN) == 429);
            assertEquals(404, forwarded(hub, "203.0.113.10", TestHub.TOKEN));
            assertEquals(404, refs(hub, TestHub.TOKEN).status());
        }
    }

    private static int forwarded(TestHub hub, String from, String token) {
        return hub.send("GET", "/dev/repo/refs", "Authorization: Bearer " + token + "\r\nX-Forwarded-For: " + from
                + "\r\n", new byte[0]).status();
    }

    @Test
    void aPushThatDripsCannotTakeTheShareOfOthersAndGivesItsOwnBack() throws IOException {
        try (TestHub hub = new TestHub(data, new RateLimits(0, 1, 0, true))) {
            assertEquals(200, push(hub));
            try (Socket slow = new Socket("127.0.0.1", hub.port())) {
                OutputStream out = slow.getOutputStream();
                out.write(("POST /dev/repo/push/stream HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + TestHub.TOKEN
                        + "\r\nContent-Length: 1000\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
                pushUntil(hub, status -> status == 429);
            }
            pushUntil(hub, status -> status == 200);
        }
    }
}
