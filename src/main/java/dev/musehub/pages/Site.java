package dev.musehub.pages;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.changes.Differences;
import dev.musehub.pages.history.CommitPage;
import dev.musehub.pages.history.ComparePage;
import dev.musehub.pages.repository.InsightsPage;
import dev.musehub.pages.repository.PushesPage;
import dev.musehub.repositories.PushLog;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/** All pages, each as a whole HTML document. Who may see what has been decided before. */
public final class Site {

    private final CommitPage commits;
    private final ComparePage comparisons;
    private final InsightsPage insights;
    private final PushesPage pushes;

    public Site(Pool pool, ObjectStore store, PushLog log) {
        Differences differences = new Differences(pool, store);
        this.commits = new CommitPage(pool, differences);
        this.comparisons = new ComparePage(pool, differences);
        this.insights = new InsightsPage(pool);
        this.pushes = new PushesPage(pool, log);
    }

    /** One part of a path, encoded. */
    public static String encoded(String part) {
        return Links.segment(part);
    }

    public static String commitAddress(Repository repository, Sha256 id) {
        return Links.of(repository).commit(id);
    }

    /** The page of a commit, with comments behind comment {@code after}. */
    public String commit(Visit visit, Repository repository, Sha256 id, long after) throws SQLException, IOException {
        return Layout.of(visit, Optional.of(repository), commits.page(visit, repository, id, after));
    }

    /** What lies between the two ends of {@code range}. */
    public String compare(Visit visit, Repository repository, String range) throws SQLException, IOException {
        return Layout.of(visit, Optional.of(repository), comparisons.page(visit, repository, range));
    }

    public String insights(Visit visit, Repository repository) throws SQLException {
        return Layout.of(visit, Optional.of(repository), insights.page(repository));
    }

    public String pushes(Visit visit, Repository repository) throws SQLException {
        return Layout.of(visit, Optional.of(repository), pushes.page(repository));
    }

    /** The part of the pushes page that changes while a push runs. */
    public String running(Repository repository) {
        return pushes.running(repository).html();
    }

    /** The part of the pushes page that changes when a push has ended. */
    public String ended(Repository repository) throws SQLException {
        return pushes.table(repository).html();
    }

    /** The form to sign in with, which leads to {@code to}. */
    public String signIn(Visit visit, String to, String fault) {
        return Layout.of(visit, Optional.empty(), new Page("Sign in", Markup.of("""
                <h1>Sign in</h1>{}
                <form method="post" action="/-/sign-in" class="sign-in"><input type="hidden" name="to" value="{}">
                <label for="token">Token</label>
                <input id="token" name="token" type="password" required autocomplete="current-password">
                <button>Sign in</button></form>
                <p class="quiet">The token that <code>musehub login</code> takes; the hub prints the first one when it \
                starts for the first time.</p>
                """, fault.isEmpty() ? Markup.NONE : Markup.of("<p class=\"problem\" role=\"alert\">{}</p>", fault), to)));
    }

    /** Why there is no page. */
    public String problem(Visit visit, Problem problem) {
        Markup signIn = visit.viewer().isPresent() ? Markup.NONE
                : Markup.of(" <a href=\"/-/sign-in?to={}\">Sign in</a> to see what is private.",
                        Links.segment(visit.address()));
        return Layout.of(visit, Optional.empty(), new Page(problem.code().text().replace('-', ' '),
                Markup.of("<h1>{}</h1><p>{}.{}</p>", problem.code().status(), problem.getMessage(), signIn)));
    }
}
