package dev.musehub.pages.queries;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
        try (PreparedStatement s = c.prepareStatement(sql)) {
            int next = part(s, 1, place, limit);
            s.setObject(next, viewer.orElse(null), Types.BIGINT);
            next = part(s, next + 1, place, limit);
            s.setObject(next, viewer.orElse(null), Types.BIGINT);
            next = part(s, next + 1, place, limit);
            s.setInt(next, limit);
            return listed(s);
        }
    }

    /** Those of {@code owner} behind {@code place} that {@code viewer} may see, up to {@code limit}. */
    public static List<ListedRepository> of(Connection c, String owner, Optional<Long> viewer, ListPosition place,
            int limit) throws SQLException {
        String sql = LISTED.formatted(PART.formatted("""
                owner_id = (select id from users where name = ?) and (public or owner_id = ?
                or id in (select repo_id from members where user_id = ?))"""));
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setString(1, owner);
            s.setObject(2, viewer.orElse(null), Types.BIGINT);
            s.setObject(3, viewer.orElse(null), Types.BIGINT);
            int next = part(s, 4, place, limit);
            s.setInt(next, limit);
            return listed(s);
        }
    }

    private static int part(PreparedStatement s, int next, ListPosition place, int limit) throws SQLException {
        s.setObject(next, place.at().atOffset(ZoneOffset.UTC));
        s.setLong(next + 1, place.id());
        s.setInt(next + 2, limit);
        return next + 3;
    }

    private static List<ListedRepository> listed(PreparedStatement s) throws SQLException {
        List<ListedRepository> found = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                found.add(new ListedRepository(r.getLong(1), r.getString(2), r.getString(3), r.getBoolean(4),
                        r.getObject(5, OffsetDateTime.class).toInstant(), r.getBoolean(6),
                        Optional.ofNullable(r.getString(7))));
            }
        }
        return found;
    }

    /**
     * The latest pushes to some repositories, up to {@code limit}, newest first. The latest of all are to be found in
     * as many of the repositories that were pushed to last, so there is no need of an index by time.
     */
    public static List<Pushed> pushes(Connection c, Collection<Long> repoIds, int limit) throws SQLException {
        String sql = """
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
                """;
        List<Pushed> found = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setArray(1, c.createArrayOf("bigint", repoIds.toArray()));
            s.setInt(2, limit);
            s.setInt(3, limit);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(new Pushed(r.getString(1), r.getString(2), r.getString(3), r.getString(4),
                            Rows.optionalId(r, 5), r.getLong(6), r.getObject(7, OffsetDateTime.class).toInstant()));
                }
            }
        }
        return found;
    }
}
