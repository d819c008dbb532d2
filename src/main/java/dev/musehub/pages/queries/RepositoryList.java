package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The repositories that a reader may see, the latest activity first, and what was pushed to them. */
public final class RepositoryList {

    /** Where a page of the list begins: behind the repository {@code id}, whose last activity was {@code at}. */
    public record ListPosition(Instant at, long id) {

        /** Before all. */
        public static final ListPosition FIRST =
                new ListPosition(Instant.parse("9999-01-01T00:00:00Z"), Long.MAX_VALUE);
    }

    /**
     * One repository.
     *
     * @param active when it was pushed to, or else created
     * @param pushed whether it was pushed to at all
     * @param extension of the files that hold most bytes, once that has been counted
     */
    public record ListedRepository(long id, String owner, String slug, boolean open, Instant active, boolean pushed,
            Optional<String> extension) {

        public ListPosition place() {
            return new ListPosition(active, id);
        }
    }

    /** A push that moved a branch. */
    public record Pushed(String owner, String slug, String user, String branch, Optional<Sha256> head, long commits,
            Instant at) { }

    private static final String LISTED = """
            select r.id, u.name, r.slug, r.public, coalesce(r.pushed_at, r.created_at), r.pushed_at is not null,
                   (select i.value #>> '{rows,0,name}' from insights i
                    where i.repo_id = r.id and i.kind = 'languages' and i.head is not null)
            from (%s) as seen
            join repositories r on r.id = seen.id
            join users u on u.id = r.owner_id
            order by coalesce(r.pushed_at, r.created_at) desc, r.id desc limit ?
            """;

    /** A page of those matching a condition; each of several such parts is bounded by itself. */
    private static final String PART = """
            (select id from repositories where %s and (coalesce(pushed_at, created_at), id) < (?, ?)
             order by coalesce(pushed_at, created_at) desc, id desc limit ?)
            """;

    private RepositoryList() {
    }

    /** Those behind {@code place} that are public, {@code viewer}'s own or its as a member, up to {@code limit}. */
    public static List<ListedRepository> seen(Connection c, Optional<Long> viewer, ListPosition place, int limit)
            throws SQLException {
        String sql = LISTED.formatted(PART.formatted("public") + " union " + PART.formatted("owner_id = ?")
                + " union " + PART.formatted("id in (select repo_id from members where user_id = ?)"));
        return Sql.of(c, sql)
                .with(place.at(), place.id(), limit)
                .with(viewer, place.at(), place.id(), limit)
                .with(viewer, place.at(), place.id(), limit)
                .with(limit).list(RepositoryList::read);
    }

    /** Those of {@code owner} behind {@code place} that {@code viewer} may see, up to {@code limit}. */
    public static List<ListedRepository> of(Connection c, String owner, Optional<Long> viewer, ListPosition place,
            int limit) throws SQLException {
        String sql = LISTED.formatted(PART.formatted("""
                owner_id = (select id from users where name = ?) and (public or owner_id = ?
                or id in (select repo_id from members where user_id = ?))"""));
        return Sql.of(c, sql).with(owner, viewer, viewer, place.at(), place.id(), limit, limit)
                .list(RepositoryList::read);
    }

    private static ListedRepository read(ResultSet r) throws SQLException {
        return new ListedRepository(r.getLong(1), r.getString(2), r.getString(3), r.getBoolean(4), Sql.time(r, 5),
                r.getBoolean(6), Optional.ofNullable(r.getString(7)));
    }

    /**
     * The latest pushes to some repositories, up to {@code limit}, newest first. The latest n pushes of all
     * are in the n repositories that were pushed to last, so the caller gives those, and no index by time is needed.
     */
    public static List<Pushed> pushes(Connection c, Collection<Long> repoIds, int limit) throws SQLException {
        return Sql.of(c, """
                select u.name, r.slug, w.name, p.branch, p.head, p.commits, p.started_at
                from unnest(?::bigint[]) as seen (id)
                join repositories r on r.id = seen.id
                join users u on u.id = r.owner_id
                cross join lateral (
                    select * from pushes where repo_id = seen.id and outcome = 'done' and not objects_only
                    order by id desc limit ?
                ) as p
                join users w on w.id = p.user_id
                order by p.id desc limit ?
                """).array("bigint", repoIds).with(limit, limit)
                .list(r -> new Pushed(r.getString(1), r.getString(2), r.getString(3), r.getString(4),
                        Sql.optionalId(r, 5), r.getLong(6), Sql.time(r, 7)));
    }
}
