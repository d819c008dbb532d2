package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import dev.musehub.testing.TestHub.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings and account in a browser: who sees them, what their forms do, and from whom they are accepted. */
@Tag("T7")
class SettingsPagesT7Test {

    private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
    private static final String HTML = "Accept: text/html\r\n";

    @TempDir
    private static Path data;
    private static TestHub hub;

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
        hub.user("dev", "write", "write");
        hub.user("eve", "eve", "admin");
        hub.user("bob", "bob", "admin");
        for (String slug : List.of("repo", "open", "doomed")) {
            for (String branch : List.of("main", "<b>")) {
                push(slug, branch);
            }
        }
        hub.sql("update repositories set public = true where slug = 'open'");
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static int push(String slug, String branch) {
        return hub.send("POST", "/dev/" + slug + "/push/stream", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                History.bytes(History.line("base", 3).push(branch))).status();
    }

    private static String cookie(String token) {
        return "Cookie: musehub=" + token + "\r\n";
    }

    private static Answer get(String path, String token) {
        return hub.send("GET", path, HTML + cookie(token), new byte[0]);
    }

    private static Answer post(String path, String headers, String... fields) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            body.append(i == 0 ? "" : "&").append(fields[i]).append('=')
                    .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
        }
        return hub.send("POST", path, FORM + headers, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String csrf(String token) {
        Matcher m = Pattern.compile("name=\"csrf\" value=\"([0-9a-f]{64})\"").matcher(get("/-/account", token).text());
        assertTrue(m.find());
        return m.group(1);
    }

    /** Sends a form of one's own. */
    private static Answer sent(String path, String token, String... fields) {
        String[] all = java.util.Arrays.copyOf(fields, fields.length + 2);
        all[fields.length] = "csrf";
        all[fields.length + 1] = csrf(token);
        return post(path, cookie(token), all);
    }

    private static String settings(String slug) {
        return hub.send("GET", "/dev/" + slug + "/settings", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                new byte[0]).text();
    }

    @Test
    void settingsAreForWhoMayChangeThem() {
        assertEquals(404, get("/dev/repo/settings", "eve").status());
        assertEquals(404, hub.send("GET", "/dev/repo/settings", HTML, new byte[0]).status());
        assertEquals(401, hub.send("GET", "/dev/open/settings", HTML, new byte[0]).status());
        assertEquals(403, get("/dev/open/settings", "eve").status());
        assertEquals(403, get("/dev/repo/settings", "write").status());
        assertEquals(200, get("/dev/repo/settings", TestHub.TOKEN).status());
        for (String path : List.of("", "/members", "/members/remove", "/delete")) {
            assertEquals(404, sent("/dev/repo/settings" + path, "eve", "user", "eve", "role", "admin").status(), path);
            assertEquals(403, sent("/dev/open/settings" + path, "eve", "user", "eve", "role", "admin").status(), path);
        }
        assertTrue(hub.send("GET", "/dev/repo/settings", "Authorization: Bearer " + TestHub.TOKEN + "\r\n", new byte[0])
                .head().contains("application/json"), "programs get what they got");
    }

    @Test
    void formsOfOthersChangeNothing() {
        String before = settings("open");
        String mine = cookie(TestHub.TOKEN);
        for (String path : List.of("/dev/open/settings", "/dev/open/settings/members",
                "/dev/open/settings/members/remove", "/dev/open/settings/delete", "/-/account/tokens", "/-/account/tokens/1/revoke", "/-/account/keys",
                "/-/account/keys/0123456789abcdef/remove")) {
            assertEquals(403, post(path, mine, "public", "false", "name", "dev/open").status(), path);
            assertEquals(403, post(path, mine, "name", "dev/open", "csrf", csrf("eve")).status(), path);
            assertEquals(403, post(path, mine + "Sec-Fetch-Site: cross-site\r\n", "csrf", csrf(TestHub.TOKEN),
                    "name", "dev/open").status(), path);
            assertEquals(403, post(path, "", "name", "dev/open", "csrf", csrf(TestHub.TOKEN)).status(), path);
        }
        assertEquals(before, settings("open"));
    }

    @Test
    void theFormSaysWhatIsAndSavesWhatDiffers() {
        String page = get("/dev/repo/settings", TestHub.TOKEN).text();
        assertTrue(page.contains("<option value=\"&lt;b&gt;\" >&lt;b&gt;</option>"), page);
        assertTrue(page.contains("<option value=\"main\" selected>"), page);
        assertEquals(303, sent("/dev/repo/settings", TestHub.TOKEN, "public", "false", "default_branch", "<b>",
                "signatures", "warn", "refuse_polyglots", "false").status());
        assertEquals("{\"public\":false,\"default_branch\":\"<b>\",\"signatures\":\"warn\",\"refuse_polyglots\":false,"
                + "\"quota_bytes\":null}", settings("repo"));
        // The quota limits who sends this form: it is told here, and set by operators.
        hub.sql("update repositories set quota_bytes = 1500000 where slug = 'repo'");
        page = get("/dev/repo/settings", TestHub.TOKEN).text();
        assertTrue(page.contains("of 1.5 MB") && !page.contains("name=\"quota\""), page);
        assertEquals(403, hub.send("POST", "/dev/repo/settings", "Authorization: Bearer " + TestHub.TOKEN
                + "\r\nContent-Type: application/json\r\n", "{\"quota_bytes\": -1}".getBytes(StandardCharsets.UTF_8)).status());
        // Polyglots follow the visibility still, as nobody has said otherwise.
        assertEquals(303, sent("/dev/repo/settings", TestHub.TOKEN, "public", "true", "signatures", "off",
                "refuse_polyglots", "false", "quota", "").status());
        assertTrue(settings("repo").contains("\"refuse_polyglots\":true,\"quota_bytes\":1500000"), settings("repo"));
        hub.sql("update repositories set public = false where slug = 'repo'");
        Answer wrong = sent("/dev/repo/settings", TestHub.TOKEN, "signatures", "maybe", "refuse_polyglots", "false");
        assertEquals(400, wrong.status());
        assertTrue(wrong.text().contains("role=\"alert\"") && wrong.text().contains("off, warn or require"), wrong.text());
    }

    @Test
    void membersComeChangeAndGo() {
        assertEquals(404, get("/dev/repo/settings", "bob").status());
        assertEquals(303, sent("/dev/repo/settings/members", TestHub.TOKEN, "user", "bob", "role", "reader").status());
        assertEquals(403, get("/dev/repo/settings", "bob").status());
        for (String list : List.of("/", "/dev")) {
            assertTrue(get(list, "bob").text().contains("/dev/repo\""), "a member finds it");
            assertFalse(get(list, "eve").text().contains("/dev/repo\""), "nobody else does");
        }
        assertEquals(303, sent("/dev/repo/settings/members", TestHub.TOKEN, "user", "bob", "role", "admin").status());
        Answer page = get("/dev/repo/settings", "bob");
        assertEquals(200, page.status());
        assertFalse(page.text().contains("settings/delete"), "only the owner deletes");
        assertEquals(403, sent("/dev/repo/settings/delete", "bob", "name", "dev/repo").status());
        Answer nobody = sent("/dev/repo/settings/members", TestHub.TOKEN, "user", "no<body", "role", "reader");
        assertEquals(404, nobody.status());
        assertTrue(nobody.text().contains("no user &#39;no&lt;body&#39;"), nobody.text());
        assertEquals(303, sent("/dev/repo/settings/members/remove", TestHub.TOKEN, "user", "bob").status());
        assertEquals(404, get("/dev/repo/settings", "bob").status());
    }

    @Test
    void aTokenIsShownOnceWorksAndIsRevoked() {
        Answer made = sent("/-/account/tokens", "eve", "name", "lap<top", "scope", "read", "days", "30");
        assertEquals(200, made.status());
        Matcher secret = Pattern.compile("value=\"(mh_[A-Za-z0-9_-]{43})\"").matcher(made.text());
        assertTrue(secret.find(), made.text());
        String listed = get("/-/account", "eve").text();
        assertTrue(listed.contains("lap&lt;top") && !listed.contains(secret.group(1)), listed);
        assertEquals(200, get("/-/account", secret.group(1)).status());
        assertEquals(403, sent("/-/account/tokens", secret.group(1), "name", "more", "scope", "admin", "days", "0")
                .status());
        Matcher id = Pattern.compile("tokens/([0-9]+)/revoke\"[^/]*/?>[^<]*<button class=\"plain\" "
                + "aria-label=\"Revoke lap").matcher(listed);
        assertTrue(id.find(), listed);
        assertEquals(404, sent("/-/account/tokens/" + id.group(1) + "/revoke", "bob").status(), "another's");
        assertEquals(303, sent("/-/account/tokens/" + id.group(1) + "/revoke", "eve").status());
        assertEquals(303, get("/-/account", secret.group(1)).status(), "its session has ended");
    }

    @Test
    void keysComeAndGo() {
        assertEquals(400, sent("/-/account/keys", "eve", "name", "k", "public_key", "xyz").status());
        assertEquals(303, sent("/-/account/keys", "eve", "name", "k", "public_key", "22".repeat(32)).status());
        Matcher id = Pattern.compile("keys/([0-9a-f]{16})/remove").matcher(get("/-/account", "eve").text());
        assertTrue(id.find());
        assertEquals(303, sent("/-/account/keys/" + id.group(1) + "/remove", "eve").status());
        assertFalse(get("/-/account", "eve").text().contains(id.group(1)));
    }

    @Test
    void deletingNeedsTheNameAndThenTheNameIsFree() {
        assertEquals(400, sent("/dev/doomed/settings/delete", TestHub.TOKEN, "name", "doomed").status());
        assertEquals(200, get("/dev/doomed/settings", TestHub.TOKEN).status());
        assertEquals(303, sent("/dev/doomed/settings/delete", TestHub.TOKEN, "name", "dev/doomed").status());
        assertEquals(404, get("/dev/doomed/settings", TestHub.TOKEN).status());
        assertEquals(404, hub.send("GET", "/dev/doomed/refs", "Authorization: Bearer " + TestHub.TOKEN + "\r\n",
                new byte[0]).status());
        assertEquals(200, push("doomed", "main"));
        assertEquals(404, sent("/dev/doomed/settings/nothing", TestHub.TOKEN, "name", "dev/doomed").status());
    }
}
