package dev.musehub.server.browser;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.SqlProblems;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.Site;
import dev.musehub.pages.Visit;
import dev.musehub.repositories.Comments;
import dev.musehub.repositories.PushLog;
import dev.musehub.repositories.Revisions;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.Session;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The requests of browsers: pages, their forms, and what pages are made of. */
public final class PageRoutes {

    private static final String HTML = "text/html; charset=utf-8";

    /** Nothing runs or styles but our two files; nothing comes from or goes to elsewhere. */
    private static final String POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final Access access;
    private final Site site;
    private final Comments comments;
    private final Revisions revisions;
    private final RawFiles raw;
    private final LivePushes live;
    private final SettingsRoutes settings;
    private final FileRoutes browse;
    private final HistoryRoutes history;

    public PageRoutes(Access access, Pool pool, ObjectStore store, PushLog pushes, SettingsRoutes settings) {
        this.settings = settings;
        this.access = access;
        this.site = new Site(pool, store, pushes);
        this.comments = new Comments(pool);
        this.revisions = new Revisions(pool);
        this.raw = new RawFiles(pool, store);
        this.live = new LivePushes(site, pushes);
        this.browse = new FileRoutes(access, pool, store);
        this.history = new HistoryRoutes(access, pool);
    }

    /** Ends what would otherwise go on for minutes. */
    public void drain() {
        live.drain();
    }

    /** What a path leads to. */
    interface PageHandler {
        void to(Session session) throws IOException, SQLException, InterruptedException;
    }

    /** Answers where a page is asked for; false where it is a program's request. */
    public boolean answer(Exchange call) throws IOException, SQLException, InterruptedException {
        Optional<PageHandler> answer = route(call, call.path())
                .or(() -> settings.route(call, call.path()))
                .or(() -> browse.route(call, call.path()))
                .or(() -> history.route(call, call.path()));
        if (answer.isEmpty()) {
            return false;
        }
        call.set("Content-Security-Policy", POLICY);
        call.set("Referrer-Policy", "same-origin");
        call.set("X-Frame-Options", "DENY");
        call.set("Vary", "Cookie, Accept");
        Session session = new Session(Optional.empty(), "");
        try {
            session = Session.of(call, access);
            answer.get().to(session);
        } catch (Problem e) {
            refuse(call, session, e);
        } catch (SQLException e) {
            refuse(call, session, SqlProblems.of(e));
        }
        return true;
    }

    /** Each page by its path; what a program asks for at the same address asks for no HTML, or sends no form. */
    private Optional<PageHandler> route(Exchange call, List<String> path) {
        boolean get = call.method().equals("GET") || call.method().equals("HEAD");
        boolean form = isForm(call);
        if (path.size() == 2 && path.getFirst().equals("-")) {
            return switch (path.get(1)) {
                case "style.css" -> when(get, _ -> file(call, "style.css", "text/css; charset=utf-8"));
                case "icon.svg" -> when(get, _ -> file(call, "icon.svg", "image/svg+xml"));
                case "live.js" -> when(get, _ -> file(call, "live.js", "text/javascript; charset=utf-8"));
                case "sign-in" -> get ? Optional.of(session -> signIn(call, session))
                        : when(form, _ -> signedIn(call));
                case "sign-out" -> when(form, session -> signOut(call, session));
                default -> Optional.empty();
            };
        }
        if (path.size() < 3) {
            return Optional.empty();
        }
        int size = path.size();
        return switch (path.get(2)) {
            case "commits" -> size == 4 ? when(get, session -> commit(call, session))
                    : size == 5 && path.get(4).equals("comments") ? when(form, session -> comment(call, session))
                    : size == 7 && path.get(4).equals("comments") && path.get(6).equals("delete")
                            ? when(form, session -> removeComment(call, session)) : Optional.empty();
            case "compare" -> when(get && size > 3, session -> compare(call, session));
            case "insights" -> when(get && size == 3 && wantsPage(call), session -> insights(call, session));
            case "pushes" -> size == 3 ? when(get, session -> pushes(call, session))
                    : when(get && size == 4 && path.get(3).equals("live"), session -> live(call, session));
            case "raw" -> when(get && size > 4, session -> raw(call, session));
            default -> Optional.empty();
        };
    }

    static Optional<PageHandler> when(boolean asked, PageHandler answer) {
        return asked ? Optional.of(answer) : Optional.empty();
    }

    static boolean isForm(Exchange call) {
        return call.method().equals("POST") && call.header("Content-Type").orElse("")
                .startsWith("application/x-www-form-urlencoded");
    }

    static boolean wantsPage(Exchange call) {
        return call.header("Accept").orElse("").contains("text/html");
    }

    private Repository repository(Exchange call, Session session) throws SQLException {
        return access.readable(session.viewer(), call.path().get(0), call.path().get(1));
    }

    static Visit visit(Exchange call, Session session) {
        return new Visit(session.viewer(), session.csrf(), "/" + String.join("/", call.path().stream()
                .map(Site::encoded).toList()), call.query("view").filter("split"::equals).isPresent(),
                call.query("file").filter(path -> !path.isEmpty()));
    }

    static void page(Exchange call, int status, String html) throws IOException {
        call.answer(status, HTML, html.getBytes(StandardCharsets.UTF_8));
    }

    static void redirect(Exchange call, String to) throws IOException {
        call.set("Location", to);
        call.answer(303, HTML, new byte[0]);
    }

    private void commit(Exchange call, Session session) throws IOException, SQLException {
        Repository repository = repository(call, session);
        Sha256 id = commit(repository, call.path().get(3));
        page(call, 200, site.commit(visit(call, session), repository, id, call.query("after")
                .filter(n -> n.matches("[0-9]{1,18}")).map(Long::parseLong).orElse(0L)));
    }

    /** A whole id need not be looked up: whoever reads the commit will find out whether it is here. */
    private Sha256 commit(Repository repository, String text) throws SQLException {
        Optional<Sha256> whole = Sha256.parseHex(text);
        return whole.isPresent() ? whole.get() : revisions.commit(repository.id(), text);
    }

    private void comment(Exchange call, Session session) throws IOException, SQLException {
        Map<String, String> form = session.form(call);
        Account account = session.viewer().orElseThrow();
        Repository repository = repository(call, session);
        Sha256 id = revisions.commit(repository.id(), call.path().get(3));
        long number = comments.add(repository, account, id, form.getOrDefault("body", "")).id();
        // Where there are more than a page of them, the new one is on another than the first.
        boolean first = comments.page(repository, id, 0).stream().anyMatch(comment -> comment.id() == number);
        redirect(call, Site.commitAddress(repository, id) + (first ? "" : "?after=" + (number - 1)) + "#comment-"
                + number);
    }

    private void removeComment(Exchange call, Session session) throws IOException, SQLException {
        session.form(call);
        Account account = session.viewer().orElseThrow();
        Repository repository = repository(call, session);
        Sha256 id = revisions.commit(repository.id(), call.path().get(3));
        String number = call.path().get(5);
        if (!number.matches("[0-9]{1,18}")) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is no such comment");
        }
        comments.remove(repository, account, id, Long.parseLong(number));
        redirect(call, Site.commitAddress(repository, id) + "#comments");
    }

    private void compare(Exchange call, Session session) throws IOException, SQLException {
        Repository repository = repository(call, session);
        String range = String.join("/", call.path().subList(3, call.path().size()));
        page(call, 200, site.compare(visit(call, session), repository, range));
    }

    private void insights(Exchange call, Session session) throws IOException, SQLException {
        page(call, 200, site.insights(visit(call, session), repository(call, session)));
    }

    private void pushes(Exchange call, Session session) throws IOException, SQLException {
        page(call, 200, site.pushes(visit(call, session), repository(call, session)));
    }

    private void live(Exchange call, Session session) throws IOException, SQLException, InterruptedException {
        live.tell(call, repository(call, session), () -> repository(call, Session.of(call, access)));
    }

    private void raw(Exchange call, Session session) throws IOException, SQLException {
        Repository repository = repository(call, session);
        raw.send(call, repository, commit(repository, call.path().get(3)),
                String.join("/", call.path().subList(4, call.path().size())));
    }

    private void signIn(Exchange call, Session session) throws IOException {
        page(call, 200, site.signIn(visit(call, session), local(call.query("to").orElse("/")), ""));
    }

    private void signedIn(Exchange call) throws IOException, SQLException {
        Map<String, String> form = Session.fields(call);
        String token = form.getOrDefault("token", "").strip();
        String to = local(form.getOrDefault("to", "/"));
        if (!Session.fitsCookie(token) || access.ofToken(call, token).isEmpty()) {
            page(call, 401, site.signIn(visit(call, new Session(Optional.empty(), "")), to,
                    "This token is unknown, expired or revoked."));
            return;
        }
        call.set("Set-Cookie", Session.setCookie(token, call.secure()));
        redirect(call, to);
    }

    private static void signOut(Exchange call, Session session) throws IOException {
        session.form(call);
        call.set("Set-Cookie", Session.setCookie("", false));
        redirect(call, "/-/sign-in");
    }

    /** An address on this hub, as another could send people elsewhere after they have signed in. */
    private static String local(String to) {
        return to.matches("/([A-Za-z0-9._~%?&=+:@!$'()*,;#-][\\x21-\\x7e&&[^\\\\]]*)?") ? to : "/";
    }

    private static void file(Exchange call, String name, String type) throws IOException {
        try (InputStream in = Site.class.getResourceAsStream("/web/" + name)) {
            byte[] bytes = in.readAllBytes();
            String tag = "\"" + Sha256.of(bytes).hex().substring(0, 16) + "\"";
            call.set("ETag", tag);
            call.set("Cache-Control", "no-cache");
            boolean known = call.header("If-None-Match").filter(tag::equals).isPresent();
            call.answer(known ? 304 : 200, type, known ? new byte[0] : bytes);
        }
    }

    private void refuse(Exchange call, Session session, Problem problem) throws IOException {
        if (!call.answered()) {
            call.setRetryAfter(problem);
            call.note(problem.code().text());
            page(call, problem.code().status(), site.problem(visit(call, session), problem));
        }
    }
}
