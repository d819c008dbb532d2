package dev.musehub.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.server.HealthRoutes;
import dev.musehub.server.HubLog;
import dev.musehub.server.OperationOptions;
import dev.musehub.testing.Await;
import dev.musehub.testing.TestHub;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For whom a proxy asks, and who may say so. */
@Tag("T7")
class OriginT7Test {

    @TempDir
    private Path data;

    private TestHub hub(String proxies, Optional<URI> publicUrl) {
        return new TestHub(data, new OperationOptions(HubLog.Form.TEXT, HealthRoutes.Open.LOCAL, Duration.ZERO,
                new ClientAddress.Trust(publicUrl, Cidr.list(proxies)), Optional.empty()));
    }

    /** The address that the log has for a request with these headers. */
    private static String seen(TestHub hub, String headers) {
        String id = hub.send("GET", "/healthz", headers, new byte[0]).head()
                .replaceAll("(?s).*X-request-id: (\\S+).*", "$1");
        String log = Await.until("its line", hub::log, text -> text.lines().anyMatch(line -> line.contains(id)));
        return log.lines().filter(line -> line.contains(id)).findFirst().orElseThrow().split(" ")[6];
    }

    private static String cookie(TestHub hub, String headers) {
        return hub.send("POST", "/-/sign-in", "Content-Type: application/x-www-form-urlencoded\r\n" + headers,
                ("token=" + TestHub.TOKEN).getBytes(StandardCharsets.US_ASCII)).head();
    }

    @Test
    void theCallerIsTheFirstAddressFromTheNearEndThatIsNoTrustedProxy() {
        try (TestHub hub = hub("127.0.0.0/8, 10.1.0.0/16, 2001:db8:1::/48", Optional.empty())) {
            Map<String, String> callers = new LinkedHashMap<>();
            callers.put("", "127.0.0.1");
            callers.put("X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7");
            callers.put("X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n", "192.0.2.7");
            callers.put("X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.1.255.2\r\n", "192.0.2.7");
            callers.put("X-Forwarded-For: 6.6.6.6, 10.2.0.1\r\n", "10.2.0.1");
            callers.put("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.8:4711\r\n", "192.0.2.8");
            callers.put("X-Forwarded-For: [2001:db8:2::7]:80, 2001:db8:1::1\r\n", "2001:db8:2:0:0:0:0:7");
            callers.put("X-Forwarded-For: 192.0.2.7, nonsense\r\n", "127.0.0.1");
            callers.put("Forwarded: for=6.6.6.6, proto=https;for=\"[2001:db8:2::9]:47\"\r\n", "2001:db8:2:0:0:0:0:9");
            callers.forEach((headers, caller) -> assertEquals(caller, seen(hub, headers), headers));
            assertTrue(cookie(hub, "X-Forwarded-Proto: https\r\n").contains("; Secure"));
            assertFalse(cookie(hub, "").contains("; Secure"));
        }
    }

    @Test
    void whoIsNotTrustedSpeaksForItselfOnly() {
        try (TestHub hub = hub("10.0.0.0/8", Optional.empty())) {
            assertEquals("127.0.0.1", seen(hub, "X-Forwarded-For: 192.0.2.7\r\n"));
            assertFalse(cookie(hub, "X-Forwarded-Proto: https\r\n").contains("; Secure"));
        }
    }

    @Test
    void withAPublicAddressLinksAndCookiesFollowIt() {
        try (TestHub hub = hub("", Optional.of(URI.create("https://hub.example")))) {
            assertTrue(cookie(hub, "").contains("; Secure"));
            hub.sql("insert into repositories (owner_id, slug, public, muse_id, domain)"
                    + " select id, 'shown', true, '', '' from users");
            String page = hub.send("GET", "/dev/shown", "Accept: text/html\r\n", new byte[0]).text();
            assertTrue(page.contains("https://hub.example/dev/shown"), page);
        }
    }
}
