package dev.musehub.pages.history;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Ages;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.queries.BranchList;
import dev.musehub.pages.queries.BranchList.BranchEntry;
import dev.musehub.pages.queries.CommitTitle;
import dev.musehub.pages.queries.Divergence;
import dev.musehub.pages.queries.Divergence.Counts;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The branches, those that moved last first, and how far each is from the default one. */
public final class BranchesPage {

    private static final int SHOWN = 50;

    private final Pool pool;
    private final Divergence divergence = new Divergence();

    public BranchesPage(Pool pool) {
        this.pool = pool;
    }

    /** What a page shows; the default branch stands above the others. */
    private record ListedBranches(Optional<String> base, Optional<BranchEntry> main, List<BranchEntry> others,
            Map<Sha256, Counts> counts, Optional<String> next) { }

    /** The branches behind the one called {@code after}. */
    public Page page(Repository repository, Optional<String> after) throws SQLException {
        Links links = Links.of(repository);
        ListedBranches listed = listed(repository, after);
        if (listed.main().isEmpty() && listed.others().isEmpty()) {
            return new Page("Branches", Markup.of("<h1>Branches</h1><p class=\"quiet\">{}</p>",
                    after.isPresent() ? "There are no further ones." : "Nothing has been pushed yet."));
        }
        Instant now = Instant.now();
        List<Markup> rows = new ArrayList<>();
        listed.main().ifPresent(entry -> rows.add(row(links, entry, listed, now)));
        listed.others().forEach(entry -> rows.add(row(links, entry, listed, now)));
        Markup body = Markup.of("""
                <h1>Branches</h1>
                <div class="scroll" tabindex="0" role="region" aria-label="Branches"><table class="list branches">
                <thead><tr><th scope="col">Branch</th><th scope="col">Last commit</th><th scope="col">Moved</th>\
                <th scope="col">Beside the default</th><th scope="col">Moves</th></tr></thead>
                <tbody>{}</tbody></table></div>{}
                """, rows, listed.next().map(name -> Markup.of(
                        "<nav class=\"pager\" aria-label=\"Pages\"><a rel=\"next\" href=\"{}?after={}\">More &rarr;</a>"
                                + "</nav>",
                        links.branches(), Links.segment(name))).orElse(Markup.NONE));
        return new Page("Branches", body);
    }

    private ListedBranches listed(Repository repository, Optional<String> after) throws SQLException {
        try (Connection c = pool.acquire("branches.page")) {
            Optional<BranchEntry> main = repository.defaultBranch().isEmpty() ? Optional.empty()
                    : BranchList.find(c, repository.id(), repository.defaultBranch().get());
            List<BranchEntry> found = BranchList.page(c, repository.id(), after.map(name -> name.replace('\0', ' ')),
                    SHOWN + 1);
            List<BranchEntry> shown = found.subList(0, Math.min(SHOWN, found.size()));
            Map<Sha256, Counts> counts = main.isEmpty() ? Map.of() : divergence.of(c, repository.id(),
                    main.get().head().id(), shown.stream().map(entry -> entry.head().id()).toList());
            List<BranchEntry> others = shown.stream()
                    .filter(entry -> !Optional.of(entry.name()).equals(repository.defaultBranch())).toList();
            return new ListedBranches(main.map(BranchEntry::name), after.isPresent() ? Optional.empty() : main, others,
                    counts, found.size() > SHOWN ? Optional.of(shown.getLast().name()) : Optional.empty());
        }
    }

    private static Markup row(Links links, BranchEntry entry, ListedBranches listed, Instant now) {
        boolean isMain = listed.base().filter(entry.name()::equals).isPresent();
        return Markup.of("""
                <tr><td><a href="{}"><bdi>{}</bdi></a>{}</td>\
                <td><a class="subject" href="{}">{}</a><br><span class="quiet">{} &middot; {}</span></td>\
                <td>moved {} {}</td><td>{}</td><td><a href="{}">Moves<span class="unseen"> of {}</span></a></td></tr>
                """, links.commits(entry.name()), entry.name(),
                Markup.of(" <span class=\"badge\">default</span>").when(isMain),
                links.commit(entry.head().id()), CommitMarkup.title(CommitTitle.of(entry.head().title())),
                CommitMarkup.author(entry.head().author()), Ages.of(entry.head().at(), now),
                Ages.of(entry.movedAt(), now), entry.mover().map(who -> Markup.of("by {}", who)).orElse(Markup.NONE),
                isMain ? Markup.NONE : distance(links, entry, listed), links.reflog(entry.name()), entry.name());
    }

    /** How far a branch is from the default one, and the way to see what that is. */
    private static Markup distance(Links links, BranchEntry entry, ListedBranches listed) {
        Optional<Counts> counts = Optional.ofNullable(listed.counts().get(entry.head().id()));
        String text = counts.map(it -> it.ahead() == 0 && it.behind() == 0 ? "the same"
                : it.ahead() + " ahead, " + it.behind() + " behind").orElse("far apart");
        return listed.base().map(base -> Markup.of("<a href=\"{}\">{}<span class=\"unseen\">: compare {}</span></a>",
                links.compare(base, entry.name()), text, entry.name())).orElse(Markup.NONE);
    }
}
