package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.TestHub.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a repository has is looked into when it begins to refuse polyglots, most of all when it becomes public. */
@Tag("T7")
class PublishingT7Test {

    private static final String AUTH = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final byte[] POLYGLOT = "%PDF-1.7\n<html><script>alert(1)</script>".getBytes(
            StandardCharsets.US_ASCII);

    @TempDir
    private Path data;
    private TestHub hub;

    @BeforeEach
    void open() {
        hub = new TestHub(data);
        push("clean", History.line("clean", 70).push("main"));
        push("mixed", History.line("mixed", 70).push("main"));
        push("mixed", objects(History.raw(Sha256.of(POLYGLOT), POLYGLOT)));
    }

    @AfterEach
    void close() {
        assertTrue(!hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static List<Frame> objects(Frame... some) {
        List<Frame> frames = new ArrayList<>(List.of(History.header("main", Optional.empty(), false, new Lease.None())));
        frames.addAll(List.of(some));
        frames.add(new Frame.End(1, 0));
        return frames;
    }

    private void push(String slug, List<Frame> frames) {
        Answer answer = hub.send("POST", "/dev/" + slug + "/push/stream", AUTH, History.bytes(frames));
        assertTrue(answer.text().contains("longest_hold_ms"), answer.text());
    }

    private Answer set(String slug, String changes) {
        return hub.send("POST", "/dev/" + slug + "/settings", AUTH + JSON, changes.getBytes(StandardCharsets.UTF_8));
    }

    private void refused(Answer answer) {
        assertEquals(422, answer.status(), answer.text());
        assertTrue(answer.text().contains("\"polyglot\"") && answer.text().contains(Sha256.of(POLYGLOT).toString())
                && answer.text().contains("refuse_polyglots=false"), answer.text());
    }

    @Test
    void aPrivateRepositoryWithAPolyglotDoesNotBecomePublicUnlessItsOwnerWantsThat() {
        assertEquals(200, set("clean", "{\"public\": true}").status());
        refused(set("mixed", "{\"public\": true}"));
        assertEquals(List.of("clean"), hub.texts("select slug from repositories where public"));
        assertEquals(200, set("mixed", "{\"public\": true, \"refuse_polyglots\": false}").status());
        assertEquals(2, hub.texts("select slug from repositories where public").size());
        refused(set("mixed", "{\"refuse_polyglots\": true}"));
        assertEquals(200, set("mixed", "{\"public\": false}").status());
        // Its owner has said that it accepts them, and that holds.
        assertEquals(200, set("mixed", "{\"public\": true}").status());
    }

    @Test
    void aLargeObjectIsLookedIntoToo() {
        byte[] large = new byte[5_000_000];
        System.arraycopy(POLYGLOT, 0, large, 0, POLYGLOT.length);
        Sha256 id = Sha256.of(large);
        int half = 2_500_000;
        push("large", objects(new Frame.LargePiece(id, large.length, 0, java.util.Arrays.copyOf(large, half)),
                new Frame.LargePiece(id, large.length, half, java.util.Arrays.copyOfRange(large, half, large.length))));
        Answer answer = set("large", "{\"public\": true}");
        assertEquals(422, answer.status(), answer.text());
        assertTrue(answer.text().contains(id.toString()), answer.text());
    }
}
