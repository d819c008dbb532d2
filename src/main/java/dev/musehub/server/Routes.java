package dev.musehub.server;

import dev.musehub.core.model.Problem;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Limits;
import dev.musehub.repositories.PushLog;
import dev.musehub.repositories.RepositorySettings;
import dev.musehub.server.Route.Audience;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.RateLimiter;
import dev.musehub.server.api.CommentRoutes;
import dev.musehub.server.api.EchoRoute;
import dev.musehub.server.api.KeyRoutes;
import dev.musehub.server.api.LabelRoutes;
import dev.musehub.server.api.MemberRoutes;
import dev.musehub.server.api.OwnerRoutes;
import dev.musehub.server.api.PresignRoutes;
import dev.musehub.server.api.RefsRoutes;
import dev.musehub.server.api.RepositoryRoutes;
import dev.musehub.server.browser.AccountRoutes;
import dev.musehub.server.browser.CommentForms;
import dev.musehub.server.browser.FileRoutes;
import dev.musehub.server.browser.HistoryRoutes;
import dev.musehub.server.browser.PageAnswer.PageHandler;
import dev.musehub.server.browser.PageResponder;
import dev.musehub.server.browser.PushRoutes;
import dev.musehub.server.browser.RawFiles;
import dev.musehub.server.browser.SettingsRoutes;
import dev.musehub.server.browser.SignInRoutes;
import dev.musehub.server.browser.StaticFiles;
import dev.musehub.server.http.RouteHandler;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every address of the hub: who asks there, with which method, and what answers. The first line that fits a request
 * answers it. A path that fits no line is {@code not-found}, and so is a page that a program asks for. A path that fits
 * only lines of other methods is {@code method-not-allowed}.
 */
final class Routes {

    /** The name of all paths that fit no line. */
    static final String OTHER = "other";

    private static final String REPO = "{owner}/{slug}";
    private static final String COMMENTS = REPO + "/commits/{commit}/comments";

    private final PushRoutes pushPages;
    private final RepositoryRoutes repositories;
    private final PageResponder responder;
    private final List<Route> table;

    Routes(PushServices hub, Access access, PushLog pushes, RateLimiter shares, Duration heartbeat,
            HealthRoutes health) {
        Pool pool = hub.pool();
        RepositorySettings settings = new RepositorySettings(hub);
        this.pushPages = new PushRoutes(pool, pushes);
        this.responder = new PageResponder(access);
        PresignRoutes direct = new PresignRoutes(hub, access);
        this.repositories = new RepositoryRoutes(hub, access, pushes, shares, heartbeat);
        this.table = Stream.of(operators(health), account(pool), pages(pool, hub.store()), settings(pool, settings),
                comments(pool), programs(pool, hub.limits(), access, settings),
                protocol(new RefsRoutes(pool, hub.limits(), access, direct), direct, repositories), firstProtocol())
                .flatMap(List::stream).toList();
    }

    /** All lines, in the order in which they are tried. */
    List<Route> table() {
        return table;
    }

    /** Ends the answers that would otherwise go on for minutes. */
    void drain() {
        pushPages.drain();
    }

    private static List<Route> operators(HealthRoutes health) {
        return List.of(
                new Route(Audience.OPERATOR, "GET", "healthz", "healthz", health::alive),
                new Route(Audience.OPERATOR, "GET", "readyz", "readyz", health::ready),
                new Route(Audience.OPERATOR, "GET", "health", "health", health::health),
                new Route(Audience.OPERATOR, "GET", "metrics", "metrics", health::metrics));
    }

    private List<Route> account(Pool pool) {
        SignInRoutes signIn = new SignInRoutes();
        AccountRoutes account = new AccountRoutes(pool);
        return List.of(
                page("-/style.css", "style.css", StaticFiles.file("style.css", "text/css; charset=utf-8")),
                page("-/icon.svg", "icon.svg", StaticFiles.file("icon.svg", "image/svg+xml")),
                page("-/live.js", "live.js", StaticFiles.file("live.js", "text/javascript; charset=utf-8")),
                page("-/sign-in", "sign-in", signIn::form),
                form("-/sign-in", "sign-in", signIn::signIn),
                form("-/sign-out", "sign-out", signIn::signOut),
                page("-/account", "account", account::page),
                form("-/account/tokens", "account", account::makeToken),
                form("-/account/tokens/{token}/revoke", "account", account::revokeToken),
                form("-/account/keys", "account", account::addKey),
                form("-/account/keys/{key}/remove", "account", account::removeKey));
    }

    private List<Route> pages(Pool pool, ObjectStore store) {
        FileRoutes files = new FileRoutes(pool, store);
        HistoryRoutes history = new HistoryRoutes(pool, store);
        RawFiles raw = new RawFiles(pool, store);
        return List.of(
                html("", "home", files::home),
                html("{owner}", "owner", files::owner),
                html(REPO, "repository", files::repository),
                page(REPO + "/tree/{ref}", "tree", files::tree),
                page(REPO + "/tree/{ref}/{path...}", "tree", files::tree),
                page(REPO + "/blob/{ref}/{path...}", "blob", files::file),
                page(REPO + "/history/{ref}/{path...}", "history", files::history),
                page(REPO + "/raw/{commit}/{path...}", "raw", raw::send),
                page(REPO + "/commits", "commits", history::commits),
                page(REPO + "/commits/{commit}", "commits", history::commit),
                page(REPO + "/compare/{range...}", "compare", history::compare),
                page(REPO + "/branches", "branches", history::branches),
                html(REPO + "/reflog", "reflog", history::reflog),
                page(REPO + "/reflog/{branch...}", "reflog", history::reflog),
                page(REPO + "/releases", "releases", history::releases),
                page(REPO + "/search", "search", history::search),
                page(REPO + "/pushes", "pushes", pushPages::page),
                page(REPO + "/pushes/live", "pushes/live", pushPages::live),
                html(REPO + "/insights", "insights", history::insights));
    }

    private List<Route> settings(Pool pool, RepositorySettings rules) {
        SettingsRoutes settings = new SettingsRoutes(pool, rules);
        return List.of(
                html(REPO + "/settings", "settings", settings::page),
                form(REPO + "/settings", "settings", settings::save),
                form(REPO + "/settings/members", "settings", settings::addMember),
                form(REPO + "/settings/members/remove", "settings", settings::removeMember),
                form(REPO + "/settings/delete", "settings", settings::delete));
    }

    private List<Route> comments(Pool pool) {
        CommentForms comments = new CommentForms(pool);
        return List.of(
                form(COMMENTS, "comments", comments::add),
                form(COMMENTS + "/{number}/delete", "comments", comments::remove));
    }

    private static List<Route> programs(Pool pool, Limits limits, Access access, RepositorySettings settings) {
        KeyRoutes keys = new KeyRoutes(pool, limits, access);
        LabelRoutes labels = new LabelRoutes(pool, limits, access);
        MemberRoutes members = new MemberRoutes(pool, limits, access);
        CommentRoutes comments = new CommentRoutes(pool, limits, access);
        OwnerRoutes owners = new OwnerRoutes(pool, limits, access, settings);
        return List.of(
                api("GET", "-/keys", "keys", keys::list),
                api("POST", "-/keys", "keys", keys::add),
                api("DELETE", "-/keys/{key}", "keys", keys::remove),
                api("POST", "-/echo", "echo", new EchoRoute(access)::answer),
                api("DELETE", REPO, "repository", owners::delete),
                api("GET", REPO + "/reflog", "reflog", owners::reflog),
                api("GET", REPO + "/insights", "insights", owners::insights),
                api("GET", REPO + "/settings", "settings", owners::settings),
                api("POST", REPO + "/settings", "settings", owners::changeSettings),
                api("DELETE", REPO + "/branches/{branch...}", "branches", owners::deleteBranch),
                api("GET", REPO + "/tags", "tags", labels::list),
                api("POST", REPO + "/tags", "tags", labels::add),
                api("GET", REPO + "/members", "members", members::list),
                api("POST", REPO + "/members", "members", members::add),
                api("DELETE", REPO + "/members/{user}", "members", members::remove),
                api("GET", COMMENTS, "comments", comments::list),
                api("POST", COMMENTS, "comments", comments::add),
                api("DELETE", COMMENTS + "/{number}", "comments", comments::remove));
    }

    /** Ends the pushes that are still running, with an answer. */
    void endPushes() {
        repositories.endPushes();
    }

    private static List<Route> protocol(RefsRoutes refs, PresignRoutes direct, RepositoryRoutes repositories) {
        return List.of(
                api("GET", REPO + "/refs", "refs", refs::refs),
                api("GET", REPO + "/lost", "lost", refs::lost),
                api("POST", REPO + "/push/stream", "push/stream", repositories::push),
                api("POST", REPO + "/push/presign", "push/presign", direct::presign),
                api("POST", REPO + "/push/parts", "push/parts", direct::parts),
                api("POST", REPO + "/push/confirm", "push/confirm", direct::confirm),
                api("POST", REPO + "/fetch", "fetch", repositories::fetch),
                api("POST", REPO + "/fetch/objects", "fetch/objects", repositories::fetchObjects),
                api("POST", REPO + "/fetch/presign", "fetch/presign", direct::downloads));
    }

    /** What the first protocol offered, and what to use instead. */
    private static List<Route> firstProtocol() {
        return List.of(
                gone("push", "push/stream"),
                gone("filter-objects", "push/presign"),
                gone("presign-objects", "push/presign"),
                gone("push/objects", "push/stream"),
                gone("push/object-pack", "push/stream"),
                gone("push/objects/confirm", "push/confirm"));
    }

    private static Route api(String method, String pattern, String name, RouteHandler handler) {
        return new Route(Audience.PROGRAM, method, pattern, name, handler);
    }

    private Route page(String pattern, String name, PageHandler handler) {
        return new Route(Audience.BROWSER, "GET", pattern, name, responder.answering(handler));
    }

    private Route html(String pattern, String name, PageHandler handler) {
        return new Route(Audience.HTML, "GET", pattern, name, responder.answering(handler));
    }

    private Route form(String pattern, String name, PageHandler handler) {
        return new Route(Audience.FORM, "POST", pattern, name, responder.answering(handler));
    }

    private static Route gone(String path, String use) {
        return api(Route.ANY, REPO + "/" + path, OTHER, _ -> {
            throw new Problem(Problem.Code.GONE, "this path belonged to the first protocol; use " + use)
                    .with("use", use);
        });
    }
}
