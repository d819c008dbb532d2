package dev.musehub.pages.repository;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.jobs.InsightRows;
import dev.musehub.jobs.JobKind;
import dev.musehub.json.JsonValues;
import dev.musehub.pages.Ages;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.Page;
import dev.musehub.pages.Visit;
import dev.musehub.pages.charts.Chart;
import dev.musehub.pages.charts.Days;
import dev.musehub.pages.charts.Languages;
import dev.musehub.pages.queries.RepositoryList;
import dev.musehub.pages.queries.RepositoryList.ListPosition;
import dev.musehub.pages.queries.RepositoryList.ListedRepository;
import dev.musehub.pages.queries.RepositoryList.Pushed;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The repositories one may see: all of them at home, those of one owner on the owner's page. */
public final class HomePage {

    private static final int PAGE = 30;
    private static final int PUSHES = 10;

    /** A place in the list as the address of a page has it: microseconds since 1970, and the repository's number. */
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,17})\\.([0-9]{1,18})");

    private final Pool pool;

    public HomePage(Pool pool) {
        this.pool = pool;
    }

    /** One page of a list, and whether another follows. */
    private record ShownRepositories(List<ListedRepository> repositories, boolean more, List<Pushed> pushes) {

        static ShownRepositories of(Connection c, List<ListedRepository> found, boolean first) throws SQLException {
            List<ListedRepository> page = found.subList(0, Math.min(PAGE, found.size()));
            return new ShownRepositories(page, found.size() > PAGE, !first || page.isEmpty() ? List.of()
                    : RepositoryList.pushes(c, page.stream().limit(PUSHES).map(ListedRepository::id).toList(), PUSHES));
        }
    }

    /** The home page; {@code after} as its own links have it, {@code hub} the address that this hub is reached at. */
    public Page home(Visit visit, Optional<String> after, String hub) throws SQLException {
        Optional<ListPosition> place = after.flatMap(HomePage::place);
        ShownRepositories shown;
        try (Connection c = pool.acquire("home")) {
            shown = ShownRepositories.of(c, RepositoryList.seen(c, viewer(visit), place.orElse(ListPosition.FIRST),
                    PAGE + 1), place.isEmpty());
        }
        Markup list = shown.repositories().isEmpty() ? nothing(visit, hub) : list(shown, "/", true);
        return new Page("Repositories", Markup.of("<h1>Repositories</h1><div class=\"beside\"><div>{}</div>{}</div>",
                list, pushes(shown)));
    }

    /**
     * The page of {@code owner}.
     *
     * @throws Problem {@code not-found} where there is none, or nothing of theirs to see: the message does not say
     *     which
     */
    public Page owner(Visit visit, String owner, Optional<String> after, String hub) throws SQLException {
        Optional<ListPosition> place = after.flatMap(HomePage::place);
        boolean self = visit.viewer().filter(viewer -> viewer.name().equals(owner)).isPresent();
        ShownRepositories shown;
        Optional<String> profile = Optional.empty();
        try (Connection c = pool.acquire("owner")) {
            shown = ShownRepositories.of(c, RepositoryList.of(c, owner, viewer(visit),
                    place.orElse(ListPosition.FIRST), PAGE + 1), place.isEmpty());
            if (!shown.repositories().isEmpty()) {
                profile = InsightRows.ofOwner(c, owner, JobKind.PROFILE.text());
            }
        }
        if (shown.repositories().isEmpty() && !self) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is nobody called " + owner + " with a repository that you"
                    + " may see");
        }
        return new Page(owner, Markup.of("<h1>{}</h1>{}<div class=\"beside\"><div>{}</div>{}</div>", owner,
                profile.map(HomePage::activity).orElse(Markup.NONE),
                shown.repositories().isEmpty() ? nothing(visit, hub) : list(shown, "/" + Links.segment(owner), false),
                pushes(shown)));
    }

    private static Optional<Long> viewer(Visit visit) {
        return visit.viewer().map(viewer -> viewer.userId());
    }

    private static Optional<ListPosition> place(String text) {
        Matcher m = PLACE.matcher(text);
        return !m.matches() ? Optional.empty() : Optional.of(new ListPosition(
                Instant.EPOCH.plus(Long.parseLong(m.group(1)), ChronoUnit.MICROS), Long.parseLong(m.group(2))));
    }

    private static Markup list(ShownRepositories shown, String address, boolean owners) {
        Instant now = Instant.now();
        ListedRepository last = shown.repositories().getLast();
        Markup more = Markup.of("<p class=\"pages\"><a rel=\"next\" href=\"{}?after={}.{}\">More &rarr;</a></p>",
                address, ChronoUnit.MICROS.between(Instant.EPOCH, last.active()), last.id()).when(shown.more());
        return Markup.of("<ul class=\"repositories\">{}</ul>{}",
                shown.repositories().stream().map(listed -> item(listed, owners, now)).toList(), more);
    }

    private static Markup item(ListedRepository listed, boolean owners, Instant now) {
        String home = "/" + Links.segment(listed.owner());
        Markup owner = Markup.of("<a href=\"{}\" class=\"quiet\">{}</a><span class=\"quiet\"> / </span>", home,
                listed.owner()).when(owners);
        String language = listed.extension().map(Languages::name).orElse("");
        return Markup.of("<li><h2>{}<a href=\"{}\">{}</a>{}</h2><p class=\"quiet\">{}{} {}</p></li>\n", owner,
                home + "/" + Links.segment(listed.slug()), listed.slug(),
                Markup.of(" <span class=\"badge\">private</span>").when(!listed.open()),
                Markup.of("{} &middot; ", language).when(!language.isEmpty()),
                listed.pushed() ? "last push" : "created", Ages.of(listed.active(), now));
    }

    private static List<Value.Dict> rows(String json) {
        return JsonValues.decode(json.getBytes(StandardCharsets.UTF_8)).asDict("value").list("rows").stream()
                .map(row -> row.asDict("row")).toList();
    }

    private static Markup pushes(ShownRepositories shown) {
        if (shown.pushes().isEmpty()) {
            return Markup.NONE;
        }
        Instant now = Instant.now();
        return Markup.of("<section aria-labelledby=\"latest\"><h2 id=\"latest\">Latest pushes</h2>"
                + "<ul class=\"latest\">{}</ul></section>",
                shown.pushes().stream().map(push -> push(push, now)).toList());
    }

    private static Markup push(Pushed push, Instant now) {
        Links links = new Links("/" + Links.segment(push.owner()) + "/" + Links.segment(push.slug()));
        String what = Numbers.count(push.commits(), "commit");
        return Markup.of("<li><b>{}</b> pushed {} to <a href=\"{}\">{}</a> in <a href=\"{}\">{}</a> "
                        + "<span class=\"quiet\">{}</span></li>\n", push.user(),
                push.head().map(head -> Markup.of("<a href=\"{}\">{}</a>", links.commit(head), what))
                        .orElse(Markup.of("{}", what)),
                links.tree(push.branch(), ""), push.branch(), links.base(),
                push.owner() + "/" + push.slug(), Ages.of(push.at(), now));
    }

    private static Markup nothing(Visit visit, String hub) {
        return visit.viewer().isEmpty()
                ? Markup.of("<p>There is no public repository here. <a href=\"/-/sign-in\">Sign in</a> to see"
                        + " yours.</p>")
                : Markup.of("""
                        <p>There is no repository yet. Push one of yours, from its directory:</p>
                        <pre class="commands">musehub login {}
                        musehub remote add origin {}/{}/NAME
                        musehub push -u origin</pre>
                        """, hub, hub, visit.viewer().get().name());
    }

    private static Markup activity(String json) {
        Days days = Days.of(rows(json));
        String title = "Commits by " + days.step();
        return days.isEmpty() ? Markup.NONE : Markup.of("<section aria-labelledby=\"activity\">"
                + "<h2 id=\"activity\">{}</h2>{}</section>", title + " in public repositories",
                new Markup(Chart.columns(title, "", days.sums(n -> Numbers.count((long) n)))));
    }
}
