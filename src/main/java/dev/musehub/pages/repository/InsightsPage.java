package dev.musehub.pages.repository;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.jobs.InsightRows;
import dev.musehub.jobs.InsightRows.Insight;
import dev.musehub.jobs.JobKind;
import dev.musehub.json.JsonValues;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.Page;
import dev.musehub.pages.charts.Chart;
import dev.musehub.pages.charts.Chart.Point;
import dev.musehub.pages.charts.Days;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What the jobs have counted of a repository, as charts. */
public final class InsightsPage {

    /** Bars of one chart. */
    private static final int BARS = 12;
    private static final int BREAKING = 10;

    private final Pool pool;

    public InsightsPage(Pool pool) {
        this.pool = pool;
    }

    public Page page(Repository repository) throws SQLException {
        Map<JobKind, Value.Dict> values = new EnumMap<>(JobKind.class);
        Optional<Sha256> head = Optional.empty();
        try (Connection c = pool.acquire("insights")) {
            for (Insight insight : InsightRows.finished(c, repository.id(), JobKind.PROFILE.text())) {
                JobKind kind = JobKind.valueOf(insight.kind().toUpperCase(Locale.ROOT));
                values.put(kind, JsonValues.decode(insight.value().getBytes(StandardCharsets.UTF_8)).asDict("value"));
                head = kind == JobKind.ACTIVITY ? insight.head() : head;
            }
        }
        Links links = Links.of(repository);
        List<Markup> charts = new ArrayList<>();
        for (JobKind kind : JobKind.values()) {
            if (values.containsKey(kind)) {
                charts.add(chart(kind, values.get(kind), links));
            }
        }
        Markup body = charts.isEmpty()
                ? Markup.of("<p class=\"quiet\">Nothing has been counted yet. That happens after the next push.</p>")
                : Markup.of("<p class=\"quiet\">Counted up to {} of the default branch, after each push.</p>"
                        + "<div class=\"insights\">{}</div>", head.map(id -> commit(links, id))
                                .orElse(Markup.of("an early commit")), charts);
        return new Page("Insights", Markup.of("<h1>Insights</h1>{}", body));
    }

    private static Markup chart(JobKind kind, Value.Dict value, Links links) {
        List<Value.Dict> rows = value.list("rows").stream().map(row -> row.asDict("row")).toList();
        return switch (kind) {
            case LANGUAGES -> bars("Languages", "bytes by file extension", rows, r -> r.text("name", ""),
                    Numbers::bytes);
            case GROWTH -> growth(rows);
            case ACTIVITY -> columns("Commits", rows);
            case CONTRIBUTORS -> bars("Contributors", "commits by author", rows, r -> orNone(r.text("name", "")),
                    Numbers::count);
            case AGENTS -> bars("Agents", "commits by agent and model", rows, InsightsPage::agent, Numbers::count);
            case CHURN -> bars("Files that change most", "commits that changed each file", rows,
                    r -> r.text("name", ""), Numbers::count);
            case VERSIONS -> Markup.join(List.of(bars("Version bumps", "commits by what they mean for the version",
                    rows, r -> orNone(r.text("name", "")), Numbers::count), breaking(value, links)));
            case SIGNATURES -> bars("Signatures", "commits by what is known of their signature", rows,
                    r -> r.text("name", ""), Numbers::count);
            case ASSETS -> bars("Assets", "bytes of files that are not text, by what they are", rows,
                    r -> r.text("name", ""), Numbers::bytes);
            case DIRECTORIES -> bars("Directories", "bytes by directory at the root", rows, r -> r.text("name", ""),
                    Numbers::bytes);
            case SIZES -> bars("Sizes of commits", "commits by how many files they change, merges left out", rows,
                    r -> r.text("name", "") + (r.text("name", "").equals("1") ? " file" : " files"), Numbers::count);
            case TOGETHER -> bars("Files that change together", "commits that changed both files", rows,
                    r -> r.text("name", "") + " and " + r.text("with", ""), Numbers::count);
            case REVIEWS -> bars("Reviewers", "commits by who reviewed them", rows, r -> orNone(r.text("name", "")),
                    Numbers::count);
            case TESTS -> columns("Test runs", rows);
            case METADATA -> bars("Metadata", "commits by what their metadata says", rows,
                    r -> r.text("name", "") + ": " + r.text("value", ""), Numbers::count);
            case OPERATIONS -> bars("Operations", "changes inside files as Muse recorded them, by domain", rows,
                    r -> orNone(r.text("name", "")) + ": " + r.text("operation", ""), Numbers::count);
            // It is about the owner, whose own page shows it.
            case PROFILE -> Markup.NONE;
        };
    }

    private static Markup figure(String title, String svg, Markup more) {
        return Markup.of("<section class=\"insight\"><h2>{}</h2>{}{}</section>", title, new Markup(svg), more);
    }

    private static Markup bars(String title, String what, List<Value.Dict> rows, Function<Value.Dict, String> name,
            Function<Long, String> shown) {
        if (rows.isEmpty()) {
            return Markup.NONE;
        }
        List<Point> points = new ArrayList<>();
        for (Value.Dict row : rows.subList(0, Math.min(BARS, rows.size()))) {
            long count = row.integer("count", 0);
            points.add(new Point(name.apply(row), count, shown.apply(count)));
        }
        // Not a bar: all the others together would dwarf those that are worth looking at.
        long rest = rows.stream().skip(BARS).mapToLong(row -> row.integer("count", 0)).sum();
        Markup more = rows.size() <= BARS ? Markup.NONE : Markup.of("<p class=\"quiet\">and {} more with {}</p>",
                rows.size() - BARS, shown.apply(rest));
        return figure(title, Chart.bars(title, what + "; " + words(points), points), more);
    }

    private static String words(List<Point> points) {
        StringBuilder words = new StringBuilder();
        for (Point p : points) {
            words.append(words.isEmpty() ? "" : ", ").append(p.label()).append(' ').append(p.shown());
        }
        return words.toString();
    }

    private static Markup columns(String what, List<Value.Dict> rows) {
        Days days = Days.of(rows);
        String title = what + " by " + days.step();
        return days.isEmpty() ? Markup.NONE : figure(title, Chart.columns(title, span(rows),
                days.sums(n -> Numbers.count((long) n))), Markup.NONE);
    }

    private static Markup growth(List<Value.Dict> rows) {
        Days days = Days.of(rows);
        return days.isEmpty() ? Markup.NONE : figure("Size", Chart.line("Size", "bytes of all versions, " + span(rows)
                + ", in the end " + Numbers.bytes(rows.getLast().integer("total", 0)),
                days.totals(n -> Numbers.bytes((long) n))), Markup.NONE);
    }

    private static String span(List<Value.Dict> rows) {
        return "from " + rows.getFirst().text("name", "") + " to " + rows.getLast().text("name", "");
    }

    private static Markup breaking(Value.Dict value, Links links) {
        List<Markup> items = value.list("breaking").stream().limit(BREAKING).map(v -> v.asDict("breaking"))
                .map(b -> {
                    Sha256 id = Sha256.require(b.text("commit", ""), "commit");
                    return Markup.of("<li>{} {}</li>", commit(links, id), String.join("; ", b.texts("changes")));
                }).toList();
        return items.isEmpty() ? Markup.NONE
                : Markup.of("<section class=\"insight\"><h2>Latest breaking changes</h2><ul>{}</ul></section>", items);
    }

    private static Markup commit(Links links, Sha256 id) {
        return Markup.of("<a href=\"{}\"><code>{}</code></a>", links.commit(id), CommitMarkup.brief(id));
    }

    private static String agent(Value.Dict row) {
        String model = row.text("model", "");
        return orNone(row.text("name", "")) + (model.isEmpty() ? "" : " (" + model + ")");
    }

    private static String orNone(String name) {
        return name.isEmpty() ? "(none)" : name;
    }
}
