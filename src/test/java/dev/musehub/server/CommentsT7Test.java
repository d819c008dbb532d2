package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import dev.musehub.repositories.CommentRows;
import dev.musehub.repositories.Comments;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.TestHub.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Comments on commits: who may read, write and remove them, and what they may be. */
@Tag("T7")
class CommentsT7Test {

    @TempDir
    private static Path data;
    private static TestHub hub;
    private static final String OWNER = "Authorization: Bearer " + TestHub.TOKEN + "\r\n";
    private static final String EVE = "Authorization: Bearer evil\r\n";
    private static final String READER = "Authorization: Bearer looks\r\n";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final History HISTORY = History.line("one", 3);

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
        hub.user("eve", "evil", "write");
        hub.user("rob", "looks", "read");
        for (String slug : List.of("open", "closed")) {
            hub.send("POST", "/dev/" + slug + "/push/stream", OWNER + "Content-Type: application/x-muse-packstream\r\n",
                    History.bytes(HISTORY.push("main")));
        }
        hub.sql("update repositories set public = true where slug = 'open'");
    }

    @BeforeEach
    void clear() {
        hub.sql("delete from comments");
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static String path(String slug) {
        return "/dev/" + slug + "/commits/" + HISTORY.head() + "/comments";
    }

    private static Answer add(String slug, String auth, String body) {
        return hub.send("POST", path(slug), auth + JSON, JsonValues.encode(Value.dict().put("body", body).build()));
    }

    private static Value.Dict list(String slug, String auth, String query) {
        Answer answer = hub.send("GET", path(slug) + query, auth, new byte[0]);
        assertEquals(200, answer.status(), answer.text());
        return JsonValues.decode(answer.body()).asDict("answer");
    }

    private static List<String> bodies(String slug, String auth, String query) {
        return list(slug, auth, query).list("comments").stream().map(v -> v.asDict("c").text("body", "")).toList();
    }

    private static long id(Answer added) {
        assertEquals(200, added.status(), added.text());
        return JsonValues.decode(added.body()).asDict("a").dict("comment").integer("id", 0);
    }

    private static int remove(String auth, long id) {
        return hub.send("DELETE", path("open") + "/" + id, auth, new byte[0]).status();
    }

    @Test
    void whoReadsAPublicRepositoryReadsItsCommentsAndWritesWhenSignedIn() {
        assertEquals(200, add("open", OWNER, "mine").status());
        assertEquals(200, add("open", EVE, "hers").status());
        assertEquals(List.of("mine", "hers"), bodies("open", "", ""));
        assertEquals("eve", list("open", "", "").list("comments").get(1).asDict("c").text("author", ""));
        assertEquals(401, add("open", "", "nobody's").status());
        assertEquals(401, add("open", "Authorization: Bearer wrong\r\n", "x").status());
        assertEquals(403, add("open", READER, "of a token that only reads").status());
        assertEquals(2, bodies("open", READER, "").size());
    }

    @Test
    void commentsOfAPrivateRepositoryAreItsOwners() {
        assertEquals(200, add("closed", OWNER, "secret").status());
        for (String auth : List.of("", EVE)) {
            assertEquals(404, hub.send("GET", path("closed"), auth, new byte[0]).status());
        }
        assertEquals(404, add("closed", EVE, "x").status());
        assertEquals(List.of(), bodies("open", "", ""), "the same commit elsewhere has other comments");
    }

    @Test
    void whoWroteACommentAndTheOwnerOfTheRepositoryRemoveIt() {
        long owners = id(add("open", OWNER, "a"));
        long eves = id(add("open", EVE, "b"));
        long another = id(add("open", EVE, "c"));
        assertEquals(403, remove(EVE, owners));
        assertEquals(403, remove(READER, eves));
        assertEquals(401, remove("", eves));
        assertEquals(200, remove(EVE, eves));
        assertEquals(404, remove(EVE, eves));
        assertEquals(200, remove(OWNER, another));
        assertEquals(List.of("a"), bodies("open", "", ""));
        assertEquals(404, hub.send("DELETE", path("open").replace(HISTORY.head().toString(),
                HISTORY.commits().getFirst().id().toString()) + "/" + owners, OWNER, new byte[0]).status());
    }

    @Test
    void aCommentIsKeptAsItIsUpToItsLimit() {
        String nasty = "<script>alert(1)</script> ' \" \\ \u202e \uD83C\uDFB5\n\n  indented";
        assertEquals(200, add("open", OWNER, nasty).status());
        assertEquals(List.of(nasty), bodies("open", "", ""));
        assertEquals(200, add("open", OWNER, "x".repeat(CommentRows.BODY_BYTES)).status());
        assertEquals(413, add("open", OWNER, "\u00e9".repeat(CommentRows.BODY_BYTES / 2 + 1)).status());
        assertEquals(400, add("open", OWNER, " \n ").status());
        assertEquals(400, add("open", OWNER, "a\0b").status());
        assertEquals(422, hub.send("POST", path("open"), OWNER + JSON, "{\"body\":\"\\ud800\"}".getBytes(
                StandardCharsets.UTF_8)).status());
    }

    @Test
    void aCommitIsNamedByItsBeginningWhereThatIsItsOwn() {
        String hex = HISTORY.head().hex();
        for (String name : List.of(hex, hex.substring(0, 12), "sha256:" + hex)) {
            assertEquals(200, hub.send("GET", "/dev/open/commits/" + name + "/comments", "", new byte[0]).status());
        }
        assertEquals(404, hub.send("GET", "/dev/open/commits/" + "0".repeat(64) + "/comments", "", new byte[0])
                .status());
        for (String name : List.of("abc", "HEAD", "xyzw", hex + "0", "sha256:")) {
            assertEquals(422, hub.send("GET", "/dev/open/commits/" + name + "/comments", "", new byte[0]).status(), name);
        }
    }

    @Test
    void nobodyFillsACommitWithComments() {
        for (int i = 0; i < Comments.PER_MINUTE; i++) {
            assertEquals(200, add("open", EVE, "again " + i).status());
        }
        Answer tooMany = add("open", EVE, "once more");
        assertEquals(429, tooMany.status(), tooMany.text());
        assertTrue(tooMany.text().contains("at most " + Comments.PER_MINUTE + " comments a minute"), tooMany.text());
        assertTrue(tooMany.head().toLowerCase(Locale.ROOT).contains("retry-after: 60"), tooMany.head());
        assertEquals(200, add("open", OWNER, "another account").status());
        hub.sql("insert into comments (repo_id, commit_id, user_id, body, created_at) select m.repo_id, m.commit_id,"
                + " m.user_id, 'x', now() - interval '1 day' from (select * from comments order by id limit 1) m,"
                + " generate_series(1, " + Comments.PER_ACCOUNT + ")");
        hub.sql("update comments set created_at = now() - interval '1 day'");
        Answer full = add("open", EVE, "one of too many");
        assertEquals(413, full.status(), full.text());
        assertTrue(full.text().contains("an account may have at most"), full.text());
        assertEquals(200, add("open", OWNER, "another account").status());
        hub.sql("insert into comments (repo_id, commit_id, user_id, body, created_at) select m.repo_id, m.commit_id,"
                + " m.user_id, 'x', now() - interval '1 day' from (select * from comments order by id limit 1) m,"
                + " generate_series(1, " + Comments.PER_REPOSITORY + ")");
        Answer crowded = add("open", OWNER, "one of too many");
        assertEquals(413, crowded.status(), crowded.text());
        assertTrue(crowded.text().contains("a repository may have at most"), crowded.text());
    }

    @Test
    void manyCommentsComeInPages() {
        hub.sql("insert into comments (repo_id, commit_id, user_id, body) select c.repo_id, c.id, r.owner_id, g.n::text"
                + " from generate_series(1, 150) as g (n), commits c join repositories r on r.id = c.repo_id"
                + " where r.slug = 'open' and c.id = '\\x" + HISTORY.head().hex() + "' order by g.n");
        Value.Dict first = list("open", "", "");
        assertEquals(Comments.PAGE, first.list("comments").size());
        assertTrue(first.bool("more", false));
        long last = first.list("comments").getLast().asDict("c").integer("id", 0);
        assertEquals("101", bodies("open", "", "?after=" + last).getFirst());
        assertFalse(list("open", "", "?after=" + last).bool("more", true));
    }

    @Test
    void aCommitThatIsCollectedTakesItsCommentsWithIt() {
        add("open", OWNER, "x");
        hub.sql("delete from branches where repo_id = (select id from repositories where slug = 'open')");
        hub.sql("delete from commits where id = '\\x" + HISTORY.head().hex()
                + "' and repo_id = (select id from repositories where slug = 'open')");
        assertEquals(404, hub.send("GET", path("open"), "", new byte[0]).status());
        hub.send("POST", "/dev/open/push/stream", OWNER + "Content-Type: application/x-muse-packstream\r\n",
                History.bytes(HISTORY.push("main")));
        assertEquals(List.of(), bodies("open", "", ""));
    }

    @Test
    void theCommandCommentsListsAndRemoves(@TempDir Path here) throws IOException, InterruptedException {
        Musehub.run(here, TestHub.TOKEN, "clone", hub.repository("closed").toString(), "clone");
        Path clone = here.resolve("clone");
        assertTrue(Files.isDirectory(clone));
        String commit = HISTORY.head().hex().substring(0, 12);
        Musehub.Ended added = Musehub.run(clone, TestHub.TOKEN, "comment", commit, "--body", "well\u001b[31m done");
        assertEquals(0, added.exitCode(), added.output());
        Musehub.Ended listed = Musehub.run(clone, TestHub.TOKEN, "comment", commit, "--list");
        assertTrue(listed.output().contains("well\uFFFD[31m done") && !listed.output().contains("\u001b"),
                listed.output());
        String number = added.output().replaceAll("(?s).*comment ([0-9]+) on.*", "$1");
        Musehub.Ended removed = Musehub.run(clone, TestHub.TOKEN, "comment", commit, "--delete", number);
        assertEquals(0, removed.exitCode(), removed.output());
        assertEquals("no comments\n", Musehub.run(clone, TestHub.TOKEN, "comment", commit, "--list").output());
        assertEquals(1, Musehub.run(clone, TestHub.TOKEN, "comment", commit).exitCode());
        assertEquals(4, Musehub.run(clone, TestHub.TOKEN, "comment", "0123456789", "--list").exitCode());
    }

    /** Whoever copies the line from the page of a commit has commented. */
    @Test
    void theLineThatThePageShowsAddsAComment(@TempDir Path here) throws IOException, InterruptedException {
        Musehub.run(here, TestHub.TOKEN, "clone", hub.repository("open").toString(), "clone");
        String page = hub.send("GET", "/dev/open/commits/" + HISTORY.head().hex(), "Accept: text/html\r\n",
                new byte[0]).text().replace("&quot;", "\"");
        Matcher line = Pattern.compile("<code[^>]*>musehub (comment [^<]*)</code>").matcher(page);
        assertTrue(line.find(), page);
        List<String> words = List.of(line.group(1).replace("\"", "").split(" "));
        assertTrue(words.contains(HISTORY.head().toString()), words.toString());
        Musehub.Ended added = Musehub.run(here.resolve("clone"), TestHub.TOKEN, words.toArray(String[]::new));
        assertEquals(0, added.exitCode(), added.output());
        assertEquals(List.of("TEXT"), bodies("open", "", ""));
    }

    @Test
    void everyPageSaysWhetherItsRepositoryIsPublic() {
        assertTrue(hub.send("GET", "/dev/open", "Accept: text/html\r\n", new byte[0]).text()
                .contains("<span class=\"badge\">public</span>"));
        String closed = hub.send("GET", "/dev/closed", "Cookie: musehub=" + TestHub.TOKEN
                + "\r\nAccept: text/html\r\n", new byte[0]).text();
        assertTrue(closed.contains("<span class=\"badge\">private</span>"), closed);
        assertFalse(closed.contains(">public<"), closed);
    }
}
