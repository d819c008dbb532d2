package dev.musehub.pages.history;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.Ages;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.repositories.Reflog;
import dev.musehub.repositories.Reflog.Move;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The moves of a branch: who, when, from and to. Branches that were deleted have them, too. */
public final class ReflogPage {

    private static final int SHOWN = 100;

    private final Pool pool;

    public ReflogPage(Pool pool) {
        this.pool = pool;
    }

    /**
     * The moves of {@code branch} before the one called {@code before}, of all branches where it is empty.
     *
     * @throws Problem {@code not-found} where there never was such a branch
     */
    public Page page(Repository repository, Optional<String> branch, long before) throws SQLException {
        Links links = Links.of(repository);
        List<Move> moves;
        Set<Sha256> present;
        try (Connection c = pool.acquire("reflog.page")) {
            moves = Reflog.latest(c, repository.id(), branch.map(name -> name.replace('\0', ' ')), before,
                    SHOWN + 1);
            present = CommitRows.ranks(c, repository.id(), moves.stream()
                    .flatMap(move -> Stream.of(move.from(), move.to())).flatMap(Optional::stream)
                    .collect(Collectors.toSet())).keySet();
        }
        if (moves.isEmpty() && before == Long.MAX_VALUE && branch.isPresent()) {
            throw new Problem(Problem.Code.NOT_FOUND, "there never was a branch '" + branch.get() + "'");
        }
        Instant now = Instant.now();
        List<Move> shown = moves.subList(0, Math.min(SHOWN, moves.size()));
        Markup title = branch.map(name -> Markup.of("Moves <span class=\"quiet\">of</span> <bdi>{}</bdi>", name))
                .orElse(Markup.of("Moves of all branches"));
        Markup body = Markup.of("""
                <h1>{}</h1>
                <p class="views">{}<a href="{}">Branches</a></p>
                <div class="scroll" tabindex="0" role="region" aria-label="Moves"><table class="list">
                <thead><tr><th scope="col">When</th><th scope="col">Who</th>{}<th scope="col">From</th>\
                <th scope="col">To</th><th scope="col">What</th></tr></thead>
                <tbody>{}</tbody></table></div>{}
                """, title, branch.map(name -> Markup.of("<a href=\"{}\">Commits</a> ", links.commits(name)))
                        .orElse(Markup.NONE), links.branches(),
                Markup.of("<th scope=\"col\">Branch</th>").when(branch.isEmpty()),
                shown.stream().map(move -> row(links, move, branch.isEmpty(), present, now)).toList(),
                Markup.of("<nav class=\"pager\" aria-label=\"Pages\"><a rel=\"next\" href=\"{}?before={}\">Older &rarr;"
                                + "</a></nav>",
                        branch.map(links::reflog).orElse(links.base() + "/reflog"),
                        shown.isEmpty() ? 0 : shown.getLast().id()).when(moves.size() > SHOWN));
        return new Page(branch.map(name -> "Moves of " + name).orElse("Moves"), body);
    }

    private static Markup row(Links links, Move move, boolean named, Set<Sha256> present, Instant now) {
        return Markup.of("<tr><td>{}</td><td>{}</td>{}<td>{}</td><td>{}</td><td>{}</td></tr>\n",
                Ages.of(move.at().toInstant(), now), move.user(),
                Markup.of("<td><bdi>{}</bdi></td>", move.branch()).when(named),
                commit(links, move.from(), present), commit(links, move.to(), present), what(links, move, present));
    }

    private static Markup commit(Links links, Optional<Sha256> commit, Set<Sha256> present) {
        return commit.map(id -> present.contains(id)
                ? Markup.of("<a href=\"{}\"><code>{}</code></a>", links.commit(id), CommitMarkup.brief(id))
                : Markup.of("<code title=\"collected since\">{}</code>", CommitMarkup.brief(id)))
                .orElse(Markup.of("<span class=\"quiet\">nothing</span>"));
    }

    private static Markup what(Links links, Move move, Set<Sha256> present) {
        if (move.from().isEmpty() || move.to().isEmpty()) {
            return Markup.of(move.from().isEmpty() ? "created" : "<span class=\"problem\">deleted</span>");
        }
        Markup how = move.forced() ? Markup.of("<span class=\"badge breaking\">forced</span> ") : Markup.NONE;
        return present.contains(move.from().get()) && present.contains(move.to().get())
                ? Markup.of("{}<a href=\"{}\">compare<span class=\"unseen\"> {} with {}</span></a>", how,
                        links.compare(move.from().get().hex(), move.to().get().hex()),
                        CommitMarkup.brief(move.from().get()), CommitMarkup.brief(move.to().get()))
                : Markup.of("{}moved", how);
    }
}
