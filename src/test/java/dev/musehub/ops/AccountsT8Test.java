package dev.musehub.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.client.hub.HubClient;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Limits;
import dev.musehub.json.JsonValues;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users and tokens as an operator makes them, beside a running hub and without one. */
@Tag("T8")
class AccountsT8Test {

    @TempDir
    private Path dir;

    private Musehub.Ended operator(String... command) throws IOException, InterruptedException {
        String[] all = java.util.Arrays.copyOf(command, command.length + 2);
        all[command.length] = "--data";
        all[command.length + 1] = dir.resolve("data").toString();
        return Musehub.run(dir, "", all);
    }

    private Value.Dict json(String... command) throws IOException, InterruptedException {
        String[] all = java.util.Arrays.copyOf(command, command.length + 1);
        all[command.length] = "--json";
        Musehub.Ended ended = operator(all);
        assertEquals(0, ended.exitCode(), ended.output());
        return JsonValues.decode(ended.output().getBytes(StandardCharsets.UTF_8)).asDict("answer");
    }

    private int settings(Musehub.Serving hub, String token) throws IOException, InterruptedException {
        return Musehub.run(dir, token, "repo", "member", "list", hub.repository("none")).exitCode();
    }

    @Test
    void usersAndTokensComeAndGoBesideARunningHub() throws Exception {
        try (Musehub.Serving hub = new Musehub.Serving(dir.resolve("data"), dir)) {
            assertEquals(0, operator("user", "add", "eve").exitCode());
            assertEquals(1, operator("user", "add", "eve").exitCode());
            Value.Dict token = json("token", "add", "eve", "--scope", "admin", "--name", "laptop", "--expires", "1d");
            String secret = token.text("token", "");
            // 4: signed in, but no such repository; 1: the token is refused.
            assertEquals(4, settings(hub, secret));
            assertEquals(0, operator("user", "disable", "eve").exitCode());
            assertEquals(1, settings(hub, secret));
            assertEquals(0, operator("user", "enable", "eve").exitCode());
            assertEquals(4, settings(hub, secret));
            assertEquals(0, operator("token", "revoke", Long.toString(token.integer("id", 0))).exitCode());
            assertEquals(1, settings(hub, secret));
            assertEquals(4, settings(hub, TestHub.TOKEN));
            String none = hub.repository("none");
            assertEquals(1, Musehub.run(dir, TestHub.TOKEN, "repo", "delete", none, "dev/other").exitCode());
            assertEquals(4, Musehub.run(dir, TestHub.TOKEN, "repo", "delete", none, "dev/none").exitCode());
        }
        // The hub has written when its own token was last used, and no database is left running.
        Value.Dict first = json("token", "list").list("tokens").getFirst().asDict("token");
        assertEquals("dev", first.text("user", ""));
        assertTrue(first.get("last_used_at").orElse(Value.NULL) instanceof Value.Text, first.toString());
        assertEquals(2, json("user", "list").list("users").size());
        assertFalse(operator("token", "list").output().contains(TestHub.TOKEN));
    }

    /** Empty where it went well. */
    private static Optional<Problem.Code> push(String url, String token, History history) {
        try (HubClient client = new HubClient(URI.create(url), Optional.of(token))) {
            List<Frame> frames = history.push("main");
            client.push((Frame.Header) frames.getFirst(), out -> {
                for (Frame frame : frames.subList(1, frames.size())) {
                    out.write(frame);
                }
            }, Limits.DEFAULT, _ -> { });
            return Optional.empty();
        } catch (Problem e) {
            return Optional.of(e.code());
        }
    }

    @Test
    void anOperatorSetsQuotasThatOwnersCannotLift() throws Exception {
        try (Musehub.Serving hub = new Musehub.Serving(dir.resolve("data"), dir)) {
            assertEquals(0, operator("user", "add", "eve").exitCode());
            String token = json("token", "add", "eve", "--scope", "admin").text("token", "");
            String url = hub.repository("x").replace("/dev/", "/eve/");
            assertEquals(Optional.empty(), push(url, token, History.line("first", 2)));
            Value.Dict quota = json("user", "quota", "eve", "1k");
            assertEquals(1000, quota.integer("quota_bytes", 0));
            assertTrue(quota.integer("used_bytes", 0) > 0, quota.toString());
            History large = new History();
            large.commit("large", Map.of("large.txt", "x".repeat(2000)));
            assertEquals(Optional.of(Problem.Code.QUOTA_EXCEEDED), push(url, token, large));
            assertEquals(0, operator("user", "quota", "eve", "none").exitCode());
            assertEquals(0, operator("user", "quota", "eve/x", "1500").exitCode());
            assertEquals(Optional.of(Problem.Code.QUOTA_EXCEEDED), push(url, token, large));
            for (String more : List.of("quota_bytes=99999999", "quota_bytes=none")) {
                Musehub.Ended lifted = Musehub.run(dir, token, "repo", "set", url, more);
                assertEquals(1, lifted.exitCode(), lifted.output());
            }
            Musehub.Ended shown = Musehub.run(dir, token, "repo", "show", url);
            assertTrue(shown.output().contains("quota_bytes = 1500"), shown.output());
            assertTrue(operator("user", "quota", "eve/x").output().contains("1,500 bytes"));
            assertEquals(4, operator("user", "quota", "eve/none", "5").exitCode());
            assertEquals(1, operator("user", "quota", "eve", "much").exitCode());
            assertEquals(0, operator("user", "quota", "eve/x", "none").exitCode());
            assertEquals(Optional.of(Problem.Code.NOT_FAST_FORWARD), push(url, token, large));
        }
    }
}
