package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a role allows, what a token's scope leaves of it, and how tokens end. */
@Tag("T7")
class MembersT7Test {

    private static final History HISTORY = History.line("base", 3);

    @TempDir
    static Path data;
    private static TestHub hub;

    @BeforeAll
    static void start() {
        hub = new TestHub(data);
        assertEquals(200, push("main", TestHub.TOKEN));
        for (String scope : List.of("read", "write", "admin")) {
            hub.user("eve", "eve-" + scope, scope);
        }
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static int push(String branch, String token) {
        return ask("POST", "/push/stream", token, History.bytes(HISTORY.push(branch))).status();
    }

    private static TestHub.Answer ask(String method, String address, String token, byte[] body) {
        return hub.send(method, "/dev/repo" + address, "Authorization: Bearer " + token + "\r\nContent-Type:"
                + (address.equals("/push/stream") ? " application/x-muse-packstream\r\n" : " application/json\r\n"), body);
    }

    private static TestHub.Answer ask(String method, String address, String token, String json) {
        return ask(method, address, token, json.getBytes(StandardCharsets.UTF_8));
    }

    private static void give(String role) {
        assertEquals(200, ask("POST", "/members", TestHub.TOKEN, "{\"user\": \"eve\", \"role\": \"" + role + "\"}")
                .status());
    }

    private static List<Integer> statuses(String token) {
        return List.of(ask("GET", "/refs", token, "").status(), push("main", token),
                ask("GET", "/settings", token, "").status(), ask("GET", "/members", token, "").status());
    }

    @Test
    void aRoleAllowsWhatTheScopeOfTheTokenLeavesOfIt() {
        Map<String, Map<String, List<Integer>>> expected = Map.of(
                "reader", Map.of("read", List.of(200, 403, 403, 403), "write", List.of(200, 403, 403, 403),
                        "admin", List.of(200, 403, 403, 403)),
                "writer", Map.of("read", List.of(200, 403, 403, 403), "write", List.of(200, 200, 403, 403),
                        "admin", List.of(200, 200, 403, 403)),
                "admin", Map.of("read", List.of(200, 403, 403, 403), "write", List.of(200, 200, 403, 403),
                        "admin", List.of(200, 200, 200, 200)));
        expected.forEach((role, byScope) -> {
            give(role);
            byScope.forEach((scope, statuses) -> assertEquals(statuses, statuses("eve-" + scope), role + " " + scope));
        });
    }

    @Test
    void whoIsNoLongerAMemberSeesNothingFromTheNextRequestOn() {
        give("writer");
        assertEquals(200, ask("GET", "/refs", "eve-write", "").status());
        assertEquals(200, ask("DELETE", "/members/eve", TestHub.TOKEN, "").status());
        assertEquals(List.of(404, 404, 404, 404), statuses("eve-write"));
        assertEquals(404, ask("DELETE", "/members/eve", TestHub.TOKEN, "").status());
    }

    @Test
    void aMemberCannotCreateInTheOwnersName() {
        give("admin");
        assertEquals(404, hub.send("POST", "/dev/new/push/stream", "Authorization: Bearer eve-admin\r\n",
                History.bytes(HISTORY.push("main"))).status());
    }

    @Test
    void onlyUsersOfTheHubBecomeMembersAndOnlyInRolesThatThereAre() {
        assertEquals(404, ask("POST", "/members", TestHub.TOKEN, "{\"user\": \"nobody\", \"role\": \"reader\"}")
                .status());
        assertEquals(400, ask("POST", "/members", TestHub.TOKEN, "{\"user\": \"eve\", \"role\": \"owner\"}").status());
        assertEquals(409, ask("POST", "/members", TestHub.TOKEN, "{\"user\": \"dev\", \"role\": \"reader\"}").status());
    }

    @Test
    void aRefusalSaysWhatToDo() {
        give("reader");
        assertTrue(ask("POST", "/push/stream", "eve-write", History.bytes(HISTORY.push("main"))).text()
                .contains("ask dev to make you a member as writer"));
        give("writer");
        assertTrue(ask("POST", "/push/stream", "eve-read", History.bytes(HISTORY.push("main"))).text()
                .contains("log in with one of scope write"));
        hub.user("late", "late", "write");
        hub.sql("update tokens set expires_at = now() - interval '1 second' where hash = sha256('late')");
        TestHub.Answer expired = ask("GET", "/refs", "late", "");
        assertEquals(401, expired.status());
        assertTrue(expired.text().contains("this token expired on 20"), expired.text());
        assertTrue(expired.text().contains("musehub token add"), expired.text());
        hub.user("gone", "gone", "write");
        hub.sql("update users set disabled_at = now() where name = 'gone'");
        assertTrue(ask("GET", "/refs", "gone", "").text().contains("the user gone is disabled"));
        assertTrue(ask("GET", "/refs", "never", "").text().contains("unknown or was revoked"));
    }
}
