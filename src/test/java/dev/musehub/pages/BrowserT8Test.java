package dev.musehub.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.testing.Browser;
import dev.musehub.testing.History;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.Samples;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages in a real browser: nothing in them is broken or refused, everybody can read and operate them. Where there is
 * no Chromium on the PATH it is skipped.
 */
@Tag("T8")
class BrowserT8Test {

    /** Every kind of page; HEAD stands for the latest commit, FIRST for the one before all, FILE for a file in it. */
    private static final List<String> PAGES = List.of(
            "/",
            "/-/sign-in",
            "/-/account",
            "/dev",
            "REPO",
            "REPO/tree/main",
            "REPO/tree/HEAD",
            "REPO/commits",
            "REPO/commits?ref=HEAD",
            "REPO/commits/HEAD",
            "REPO/commits/HEAD?view=split",
            "REPO/commits/FIRST",
            "REPO/compare/FIRST..main",
            "REPO/branches",
            "REPO/reflog/main",
            "REPO/releases",
            "REPO/search",
            "REPO/search?q=add",
            "REPO/insights",
            "REPO/pushes",
            "REPO/blob/main/README.md",
            "REPO/history/main/README.md",
            "REPO/settings",
            "/-/account");

    /** 64 samples of silence, 8 bits each, 8,000 a second; all bytes are below 128, so a text can hold them. */
    private static final String WAVE = "RIFFd\0\0\0WAVEfmt \20\0\0\0\1\0\1\0@\37\0\0@\37\0\0\1\0\10\0data@\0\0\0"
            + "@".repeat(64);

    private static final String SMALL = "small";
    private static final String CORPORA = "corpora-131";
    /** Addresses that a crawl asks for; the crawl ends there, however many more there are. */
    private static final int CRAWLED = 250;
    private static final int PHONE = 390;
    private static final int DESK = 1200;

    @TempDir
    private static Path temp;
    private static TestHub hub;
    private static Browser browser;
    private static String axe;
    private static final History HISTORY = new History();

    @BeforeAll
    static void open() throws IOException {
        Path program = Browser.installed().orElse(null);
        Assumptions.assumeTrue(program != null, "no chromium on the PATH");
        try (InputStream script = BrowserT8Test.class.getResourceAsStream("/axe.min.js")) {
            axe = new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
        hub = new TestHub(Files.createDirectories(temp.resolve("data")));
        HISTORY.commit("feat(lists)!: add the first one", Map.of("README.md", "# Lists\n\nof *words*\n", "src/a.txt",
                "one\ntwo\nthree\n", "p.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"));
        HISTORY.commit("fix: add <b>what</b> was missing\n\nAnd say why.", Map.of("src/a.txt", "one\n2\nthree\n", "data.bin",
                "a\0b", "s.wav", WAVE, "p.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'/>"));
        push(SMALL, HISTORY, "main");
        push(SMALL, HISTORY, "side/branch");
        hub.sql("update repositories set public = true");
        hub.user("eve", "other", "write");
        browser = new Browser(program);
    }

    @Test
    void aSoundIsLoadedUnderThePolicyOfThePages() {
        browser.open(hub.repository(SMALL) + "/blob/main/s.wav");
        browser.run("document.querySelector('audio').load()");
        browser.await("document.querySelector('audio').duration > 0");
        assertEquals(List.of(), browser.complaints());
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
        if (hub != null) {
            assertFalse(hub.log().contains("fault"), hub.log());
            hub.close();
        }
    }

    @BeforeEach
    void begin() {
        browser.shown(false, DESK);
        browser.complaints();
    }

    @AfterEach
    void nothingToComplainAbout() {
        assertEquals(List.of(), browser.complaints());
        browser.scripts(true);
        browser.forget();
    }

    private static void push(String slug, History history, String branch) {
        assertEquals(200, hub.send("POST", "/dev/" + slug + "/push/stream", "Authorization: Bearer " + TestHub.TOKEN
                + "\r\nContent-Type: application/x-muse-packstream\r\n", History.bytes(history.push(branch))).status());
    }

    /** The repository of that name is on the hub, and public. */
    private static void pushed(String slug) throws IOException, InterruptedException {
        if (slug.equals(CORPORA)) {
            Path local = Samples.unpack(CORPORA, temp);
            String url = hub.repository(CORPORA).toString();
            assertEquals(0, Musehub.run(local, TestHub.TOKEN, "remote", "add", "here", url).exitCode());
            assertEquals(0, Musehub.run(local, TestHub.TOKEN, "push", "here", "main").exitCode());
            assertEquals(0, Musehub.run(local, TestHub.TOKEN, "push", "here", "next").exitCode());
            hub.sql("update repositories set public = true");
        }
    }

    private static String url(String path) {
        return hub.hub().url() + path;
    }

    private static void open(String path) {
        browser.open(url(path));
    }

    private static void signIn() {
        open("/-/sign-in?to=%2Fdev%2F" + SMALL + "%2Fpushes");
        browser.run("document.getElementById('token').value = '" + TestHub.TOKEN + "'");
        browser.follow("document.querySelector('form.sign-in button').click()");
    }

    /** The addresses of {@link #PAGES} for one repository. */
    private static List<String> pages(String slug) {
        open("/dev/" + slug + "/commits");
        String head = browser.text("document.querySelector('.subject').pathname.split('/').pop()");
        String first = browser.text("[...document.querySelectorAll('.subject')].pop().pathname.split('/').pop()");
        return PAGES.stream().map(page -> page.replace("REPO", "/dev/" + slug).replace("HEAD", head)
                .replace("FIRST", first)).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {SMALL, CORPORA})
    void everyPageIsWholeAndEverybodyCanReadIt(String slug) throws IOException, InterruptedException {
        pushed(slug);
        signIn();
        List<String> faults = new ArrayList<>();
        List<String> pages = pages(slug);
        for (String page : pages) {
            open(page);
            for (String fault : browser.complaints()) {
                faults.add(page + ": " + fault);
            }
            for (String fault : inaccessible(false)) {
                faults.add(page + ": " + fault);
            }
            browser.shown(true, PHONE);
            // The colours are those of one style sheet: the pages of one repository show them all.
            for (String fault : slug.equals(SMALL) ? inaccessible(true) : List.<String>of()) {
                faults.add(page + " in the dark: " + fault);
            }
            if (browser.run("document.documentElement.scrollWidth > innerWidth").asBool("wider")) {
                faults.add(page + " is wider than a phone");
            }
            browser.shown(false, DESK);
        }
        assertEquals("", String.join("\n", faults));
        assertEquals(List.of(), broken(pages));
    }

    /** What axe-core finds serious or critical, in a few of many rows that are alike: it would take minutes for all. */
    private static List<String> inaccessible(boolean coloursOnly) {
        browser.run("document.querySelectorAll('.diff tr:nth-child(n+20), .file:nth-of-type(n+5), .day:nth-of-type(n+5),"
                + " .changed li:nth-child(n+10)').forEach(e => e.remove())");
        browser.run(axe);
        Value found = browser.run("axe.run(document, " + (coloursOnly ? "{runOnly: ['color-contrast']}" : "{}")
                + ").then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical')"
                + ".map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html).join(' ')))");
        return found.asList("violations").stream().map(v -> v.asText("violation")).toList();
    }

    /** Addresses on these pages, and on those that they lead to, that do not answer with 200. */
    private static List<String> broken(List<String> pages) throws IOException, InterruptedException {
        Set<String> seen = new LinkedHashSet<>(pages);
        Deque<String> todo = new ArrayDeque<>(pages);
        List<String> broken = new ArrayList<>();
        HttpClient http = HttpClient.newHttpClient();
        for (int asked = 0; !todo.isEmpty() && asked < CRAWLED; asked++) {
            String path = todo.remove();
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(url(path)))
                    .header("Accept", "text/html").header("Cookie", "musehub=" + TestHub.TOKEN).build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                broken.add(answer.statusCode() + " " + path);
            }
            if (answer.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
                // Another branch need not have the path that the switch of branches leads to.
                Matcher links = Pattern.compile("(?:href|src)=\"(/[^\"#]*)").matcher(
                        answer.body().replaceAll("(?s)<details class=\"switch\">.*?</details>", ""));
                while (links.find()) {
                    String link = links.group(1).replace("&amp;", "&");
                    if (seen.add(link)) {
                        todo.add(link);
                    }
                }
            }
        }
        return broken;
    }

    @Test
    void whoSignsInCommentsAndSignsOutAgain() {
        String commit = "/dev/" + SMALL + "/commits/" + HISTORY.head().hex();
        open(commit);
        assertEquals("null", browser.text("document.getElementById('body')"));
        signIn();
        assertEquals("/dev/" + SMALL + "/pushes", browser.text("location.pathname"));
        open(commit);
        browser.run("document.getElementById('body').value = 'Well done <i>indeed</i>'");
        browser.follow("document.querySelector('.comments form:last-of-type button').click()");
        assertEquals("Well done <i>indeed</i>", browser.text("document.querySelector('.said').textContent"));
        browser.follow("document.querySelector('.comment form button').click()");
        assertEquals("null", browser.text("document.querySelector('.said')"));
        browser.follow("document.querySelector('form.account button').click()");
        assertEquals("null", browser.text("document.querySelector('form.account')"));
    }

    @Test
    void whoFollowsNewerGoesAlongTheBranchToItsEnd() {
        open("/dev/" + SMALL + "/commits/" + HISTORY.commits().getFirst().id().hex());
        String where = "document.querySelector('.neighbours').textContent.replace(/\\s+/g, ' ')";
        assertTrue(browser.text(where).contains("Oldest on main"), browser.text(where));
        assertTrue(browser.text(where).contains("#1 / 2 on main"), browser.text(where));
        browser.follow("document.querySelector('.neighbours a[rel=next]').click()");
        assertEquals("/dev/" + SMALL + "/commits/" + HISTORY.head().hex(), browser.text("location.pathname"));
        assertTrue(browser.text(where).contains("Latest on main"), browser.text(where));
        assertEquals("null", browser.text("document.querySelector('.neighbours a[rel=next]')"));
        browser.follow("[...document.querySelectorAll('.neighbours a')].pop().click()");
        assertEquals("/dev/" + SMALL + "/commits?ref=main", browser.text("location.pathname + location.search"));
    }

    @Test
    void whoOwnsARepositoryHandsItOnAndDeletesIt() {
        push("doomed", HISTORY, "main");
        hub.user("eve", "eve", "write");
        signIn();
        open("/dev/doomed/settings");
        browser.run("document.getElementById('public').value = 'true'");
        browser.follow("document.querySelector('form.settings button').click()");
        assertEquals("Saved.", browser.text("document.querySelector('.told').textContent"));
        assertEquals("true", browser.text("document.getElementById('public').value"));
        browser.run("document.getElementById('user').value = 'eve'");
        browser.follow("document.querySelector('#role').form.querySelector('button').click()");
        browser.run("document.querySelector('.rows select').value = 'admin'");
        browser.follow("document.querySelector('.rows .line button').click()");
        assertEquals("admin", browser.text("document.querySelector('.rows select').value"));
        browser.run("document.getElementById('name').value = 'dev/doomed'");
        browser.follow("document.querySelector('button.delete').click()");
        assertEquals("/", browser.text("location.pathname"));
        assertFalse(browser.text("document.body.textContent").contains("doomed"));
        browser.follow("document.querySelector('.account a[href=\"/-/account\"]').click()");
        browser.run("document.getElementById('name').value = 'laptop'");
        browser.follow("document.getElementById('days').form.querySelector('button').click()");
        assertTrue(browser.text("document.getElementById('secret').value").startsWith("mh_"));
        assertTrue(browser.text("document.querySelector('.rows').textContent").contains("laptop"));
    }

    @Test
    void aPushAppearsOnThePageThatIsOpen() {
        open("/dev/" + SMALL + "/pushes");
        browser.run("window.kept = true");
        String before = browser.text("document.querySelectorAll('#pushes tbody tr').length");
        push(SMALL, HISTORY, "live");
        browser.await("document.querySelectorAll('#pushes tbody tr').length > " + before);
        assertTrue(browser.text("document.querySelector('#pushes tbody tr').textContent").contains("live"));
        assertEquals("true", browser.text("window.kept"), "without a reload");
    }

    @Test
    void theKeyboardLeadsToTheContentFirstAndThenThroughAllOfIt() {
        open("/dev/" + SMALL + "/commits/" + HISTORY.head().hex());
        browser.press("Tab", 9);
        assertEquals("#main", browser.text("document.activeElement.getAttribute('href')"));
        assertTrue(browser.run("document.activeElement.getBoundingClientRect().left >= 0").asBool("seen"),
                "who comes with the keyboard sees it");
        browser.press("Enter", 13);
        browser.await("document.activeElement.id === 'main'");
        browser.press("Tab", 9);
        assertTrue(browser.run("document.getElementById('main').contains(document.activeElement)").asBool("inside"));
        Set<String> reached = new LinkedHashSet<>();
        for (String at = at(); reached.add(at) && reached.size() < 200; at = at()) {
            browser.press("Tab", 9);
        }
        long all = browser.run("[...document.querySelectorAll('main a[href], main button, main textarea, main summary')]"
                + ".filter(e => e.tabIndex >= 0 && e.checkVisibility({contentVisibilityAuto: false})).length").asInt("count");
        assertTrue(reached.size() >= all, reached.size() + " of " + all + " were reached: " + reached);
    }

    /** What there is to read on a page, but for ages, which change. */
    private static String seen(String page) {
        open(page);
        return browser.text("document.querySelector('main').textContent").replaceAll("never|just now|\\d+ \\w+ ago", "");
    }

    private static String at() {
        return browser.text("[...document.querySelectorAll('*')].indexOf(document.activeElement)");
    }

    @Test
    void anOwnerChangesSettingsAndMakesAToken() {
        signIn();
        open("/dev/" + SMALL + "/settings");
        browser.run("document.getElementById('signatures').value = 'warn'");
        browser.follow("document.querySelector('form.settings button').click()");
        assertEquals("warn", browser.text("document.getElementById('signatures').value"));
        browser.run("document.getElementById('user').value = 'eve'");
        browser.follow("document.querySelector('form[action$=\"/members\"].line button').click()");
        assertTrue(browser.text("document.querySelector('table.rows').textContent").contains("eve"));
        open("/-/account");
        browser.run("document.getElementById('name').value = 'from the browser'");
        browser.follow("document.querySelector('form[action$=\"/tokens\"] button').click()");
        String token = browser.text("document.getElementById('secret').value");
        assertEquals(200, hub.send("GET", "/-/keys", "Authorization: Bearer " + token + "\r\n", new byte[0]).status());
    }

    @Test
    void withoutScriptsEverythingIsThere() {
        signIn();
        // Insights are being counted meanwhile.
        List<String> pages = pages(SMALL).stream().filter(page -> !page.endsWith("/insights")).toList();
        List<String> with = pages.stream().map(BrowserT8Test::seen).toList();
        browser.scripts(false);
        assertEquals(with, pages.stream().map(BrowserT8Test::seen).toList());
    }
}
