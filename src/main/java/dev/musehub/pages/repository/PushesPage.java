package dev.musehub.pages.repository;

import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Ages;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.Page;
import dev.musehub.pages.charts.Chart;
import dev.musehub.pages.charts.Chart.Point;
import dev.musehub.repositories.PushLog;
import dev.musehub.repositories.PushLog.RunningPush;
import dev.musehub.repositories.PushRows;
import dev.musehub.repositories.PushRows.PushRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The latest pushes, and where their time went. */
public final class PushesPage {

    private static final int SHOWN = 100;

    /** The phases in the order of their colours in the style sheet. */
    private static final List<String> PHASES = List.of("receive", "integrity", "quota", "signatures", "snapshots",
            "commits", "branch", "jobs");

    private final Pool pool;
    private final PushLog log;

    public PushesPage(Pool pool, PushLog log) {
        this.pool = pool;
        this.log = log;
    }

    public Page page(Repository repository) throws SQLException {
        Links links = Links.of(repository);
        // Asked before the table is read: a push that ends in between is sent again, not missed.
        long last = log.last(repository.id());
        return new Page("Pushes", Markup.of("""
                <h1>Pushes</h1>
                <section aria-labelledby="now"><h2 id="now">Now</h2>
                <div id="running" data-live="{}/live?after={}" aria-live="polite">{}</div></section>
                <section aria-labelledby="ended"><h2 id="ended">Ended</h2>
                {}<div id="pushes">{}</div></section>
                """, links.pushes(), last, running(repository), legend(), table(repository)));
    }

    /** The pushes that this hub is receiving. The live page gets this again each time it changes. */
    public Markup running(Repository repository) {
        List<RunningPush> running = log.running(repository.id());
        if (running.isEmpty()) {
            return Markup.of("<p class=\"quiet\">No push is running.</p>");
        }
        return Markup.of("<ul class=\"running\">{}</ul>", running.stream().map(PushesPage::running).toList());
    }

    private static Markup running(RunningPush push) {
        long total = push.progress().total();
        long done = Math.min(push.progress().done(), total);
        return Markup.of("<li><b>{}</b> to {}: {} {} &middot; {}</li>", push.user(),
                branch(push.branch(), push.objectsOnly()), push.progress().phase(),
                total == 0 ? Markup.NONE : Markup.of("<progress max=\"{}\" value=\"{}\">{} of {}</progress> {} of {}",
                        total, done, done, total, done, total),
                duration(push.progress().millis()));
    }

    /** The ended ones, the newest first. */
    public Markup table(Repository repository) throws SQLException {
        List<PushRecord> pushes;
        try (Connection c = pool.acquire("pushes")) {
            pushes = PushRows.latest(c, repository.id(), SHOWN);
        }
        if (pushes.isEmpty()) {
            return Markup.of("<p class=\"quiet\">There has been no push since this hub keeps a record.</p>");
        }
        Links links = Links.of(repository);
        Instant now = Instant.now();
        return Markup.of("""
                <div class="scroll" tabindex="0" role="region" aria-label="Pushes"><table class="pushes">
                <thead><tr><th>When</th><th>Who</th><th>Branch</th><th>What</th><th>Took</th>\
                <th class="wide">Where the time went</th></tr></thead>
                <tbody>{}</tbody></table></div>
                """, pushes.stream().map(push -> row(links, push, now)).toList());
    }

    private static Markup row(Links links, PushRecord push, Instant now) {
        Markup head = push.head().map(id -> Markup.of(" <a href=\"{}\"><code>{}</code></a>", links.commit(id),
                CommitMarkup.brief(id))).orElse(Markup.NONE);
        return Markup.of("<tr><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td><td class=\"number\">{}</td><td>{}</td>"
                        + "</tr>\n",
                Ages.of(push.started(), now), push.user(), branch(push.branch(), push.objectsOnly()), head, what(push),
                duration(push.millis()), new Markup(Chart.stack("Phases", parts(push.phases()))));
    }

    private static String branch(String branch, boolean objectsOnly) {
        return objectsOnly ? "part of a larger push" : branch;
    }

    private static Markup what(PushRecord push) {
        if (!push.outcome().equals(PushRows.DONE)) {
            return Markup.of("<span class=\"problem\">{}</span>", push.outcome().replace('-', ' '));
        }
        String commits = push.commits() == 0 ? "" : Numbers.count(push.commits(), "commit") + ", ";
        String had = push.skipped() == 0 ? "" : ", " + push.skipped() + " known";
        return Markup.of("{}", commits + Numbers.count(push.stored(), "object") + had);
    }

    private static List<Point> parts(Map<String, Double> phases) {
        return PHASES.stream().map(phase -> new Point(phase, phases.getOrDefault(phase, 0.0),
                duration(phases.getOrDefault(phase, 0.0)))).toList();
    }

    private static Markup legend() {
        List<Markup> items = PHASES.stream().map(phase -> Markup.of(
                "<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect class=\"part-{}\" width=\"12\""
                        + " height=\"12\"/></svg> {}</li>", PHASES.indexOf(phase), phase)).toList();
        return Markup.of("<ul class=\"legend\">{}</ul>", items);
    }

    static String duration(double millis) {
        return millis < 10 ? String.format(Locale.ROOT, "%.1f ms", millis)
                : millis < 1_000 ? String.format(Locale.ROOT, "%.0f ms", millis)
                : millis < 60_000 ? String.format(Locale.ROOT, "%.1f s", millis / 1e3)
                : String.format(Locale.ROOT, "%.0f min %.0f s", Math.floor(millis / 60e3),
                        Math.floor(millis / 1e3) % 60);
    }
}
