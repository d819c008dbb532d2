package dev.musehub.core.rows;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.SearchWords;
import dev.musehub.core.model.Sha256;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Commits and the questions about their ancestry. */
public final class CommitRows {

    /**
     * A commit to insert.
     *
     * @param record msgpack of the whole commit, as on the wire
     * @param signer the user whose key verified its signature
     */
    public record NewCommit(Commit commit, CommitRank rank, byte[] record, SignatureState signature,
            Optional<Long> signer) { }

    /**
     * Where a commit stands.
     *
     * @param generation see {@link Commit#generation}
     * @param place its number on its line of first parents, 1 for the oldest
     * @param mark the nearest commit below it on that line whose place is a multiple of 256: a long step down
     */
    public record CommitRank(long generation, long place, Optional<Sha256> mark) {

        /** The rank of a commit whose parents have the ranks {@code known}. */
        public static CommitRank of(Commit commit, Map<Sha256, CommitRank> known) {
            CommitRank below = commit.parent1().map(known::get).orElse(new CommitRank(0, 0, Optional.empty()));
            return new CommitRank(commit.generation(commit.parents().stream()
                    .mapToLong(id -> known.get(id).generation()).max().orElse(0)), below.place() + 1,
                    below.place() % 256 == 0 ? commit.parent1() : below.mark());
        }
    }

    /** What the hub can say of a commit's signature. */
    public enum SignatureState {
        /** There is none. */
        NONE,
        /** It is one by a registered key. */
        VERIFIED,
        /** It may be one, by a key that nobody registered. */
        UNKNOWN_KEY,
        /** The key it names did not make it. */
        INVALID,
        /** It is of a kind that only its maker can check, such as Muse's own HMAC. */
        UNVERIFIABLE;

        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        public static SignatureState ofText(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /** A commit's place in the history. */
    public record CommitNode(Sha256 id, Sha256 snapshotId, List<Sha256> parents, long generation) { }

    private CommitRows() {
    }

    /** The ranks of those of {@code ids} that the repository has. */
    public static Map<Sha256, CommitRank> ranks(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        Map<Sha256, CommitRank> found = new HashMap<>();
        Sql.of(c, "select id, generation, place, mark from commits where repo_id = ? and id = any (?)")
                .with(repoId).ids(ids).each(r -> found.put(Sql.id(r, 1),
                        new CommitRank(r.getLong(2), r.getLong(3), Sql.optionalId(r, 4))));
        return found;
    }

    /** Adds a chunk of commits, parents first; those there already stay as they are. Returns how many are new. */
    public static int insert(Connection c, long repoId, List<NewCommit> commits) throws SQLException {
        return Sql.of(c, """
                insert into commits (repo_id, id, snapshot_id, parent1, parent2, generation, place, mark,
                                     committed_at, author, agent_id, model_id, sem_ver_bump, record, signature_state,
                                     signer_id, title, breaking, words)
                select ?, id, snapshot_id, parent1, parent2, generation, place, mark, committed_at, author,
                       agent_id, model_id, sem_ver_bump, record, signature_state, signer_id, title, breaking,
                       setweight(to_tsvector('simple', author_words), 'A') || to_tsvector('simple', message_words)
                           || array_to_tsvector(array[?])
                from unnest(?::bytea[], ?::bytea[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[], ?::bytea[],
                            ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::text[],
                            ?::bigint[], ?::text[], ?::boolean[], ?::text[], ?::text[])
                    as n (id, snapshot_id, parent1, parent2, generation, place, mark, committed_at, author, agent_id,
                          model_id, sem_ver_bump, record, signature_state, signer_id, title, breaking, author_words,
                          message_words)
                on conflict (repo_id, id) do nothing
                """)
                .with(repoId, SearchWords.ofRepository(repoId))
                .column("bytea", commits, n -> n.commit().id())
                .column("bytea", commits, n -> n.commit().snapshotId())
                .column("bytea", commits, n -> n.commit().parent1())
                .column("bytea", commits, n -> n.commit().parent2())
                .column("bigint", commits, n -> n.rank().generation())
                .column("bigint", commits, n -> n.rank().place())
                .column("bytea", commits, n -> n.rank().mark())
                .column("text", commits, n -> n.commit().sortableInstant().toString())
                .column("text", commits, n -> searchable(n.commit().author()))
                .column("text", commits, n -> searchable(n.commit().agentId()))
                .column("text", commits, n -> searchable(n.commit().modelId()))
                .column("text", commits, n -> searchable(n.commit().semVerBump()))
                .column("bytea", commits, NewCommit::record)
                .column("text", commits, n -> n.signature().text())
                .column("bigint", commits, NewCommit::signer)
                .column("text", commits, n -> searchable(Commit.title(n.commit().message())))
                .column("boolean", commits, n -> !n.commit().breakingChanges().isEmpty())
                .column("text", commits, n -> SearchWords.ofAuthor(n.commit().author()))
                .column("text", commits, n -> SearchWords.ofMessage(n.commit().message()))
                .update();
    }

    /** Gives a commit the signature that its new record has. */
    public static void sign(Connection c, long repoId, Sha256 id, byte[] record, Optional<Long> signer)
            throws SQLException {
        Sql.of(c, "update commits set record = ?, signature_state = 'verified', signer_id = ? where repo_id = ? and"
                + " id = ?").with(record, signer, repoId, id).update();
    }

    /** PostgreSQL's text has no NUL; the record keeps the exact one. */
    public static String searchable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', ' ');
    }

    /** A commit's record, and what the hub found of its signature. */
    public record Recorded(Sha256 id, SignatureState signature, byte[] record) { }

    /** The records of those of {@code ids} that are there, in this order, with what was found of their signatures. */
    public static List<Recorded> recorded(Connection c, long repoId, List<Sha256> ids) throws SQLException {
        return Sql.of(c, """
                select c.id, c.signature_state, c.record from unnest(?::bytea[]) with ordinality as asked (id, place)
                join commits c on c.repo_id = ? and c.id = asked.id
                order by asked.place
                """).ids(ids).with(repoId)
                .list(r -> new Recorded(Sql.id(r, 1), SignatureState.ofText(r.getString(2)), r.getBytes(3)));
    }

    /**
     * Whether {@code ancestor} is among {@code from} or their ancestors. Walks only commits of a generation above the
     * ancestor's, so the question costs what lies between the two, not the history. On {@code limit 1} see
     * {@link #ancestors}.
     */
    public static boolean reaches(Connection c, long repoId, Collection<Sha256> from, Sha256 ancestor)
            throws SQLException {
        return Sql.of(c, """
                with recursive target as (
                    select generation from commits where repo_id = ? and id = ?
                ), walk (id) as (
                    select unnest(?::bytea[])
                    union
                    select parent.id
                    from walk
                    cross join lateral (
                        select parent1, parent2 from commits
                        where repo_id = ? and id = walk.id and generation > (select generation from target)
                        limit 1
                    ) as c
                    cross join lateral (values (c.parent1), (c.parent2)) as parent (id)
                    where parent.id is not null
                )
                select exists (select from walk where id = ?)
                """).with(repoId, ancestor).ids(from).with(repoId, ancestor).one(r -> r.getBoolean(1));
    }

    /** The nodes of those of {@code ids} that the repository has. */
    public static List<CommitNode> nodes(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        return Sql.of(c, """
                select id, snapshot_id, parent1, parent2, generation from commits where repo_id = ? and id = any (?)
                """).with(repoId).ids(ids).list(CommitRows::node);
    }

    /**
     * Up to {@code limit} ancestors of {@code from}, themselves included, nearest first. Only
     * {@code limit} ends the walk early; the caller decides which of the nodes matter.
     *
     * <p>{@code limit 1} makes each step a look-up by key. As a plain join, a table that was never analysed (the first
     * push has just filled it) is scanned at every step: 1,000 of 5,000 commits took 890 ms instead of 7.
     */
    public static List<CommitNode> ancestors(Connection c, long repoId, Collection<Sha256> from, int limit)
            throws SQLException {
        return Sql.of(c, """
                with recursive walk (id) as (
                    select unnest(?::bytea[])
                    union
                    select parent.id
                    from walk
                    cross join lateral (
                        select parent1, parent2 from commits where repo_id = ? and id = walk.id limit 1
                    ) as c
                    cross join lateral (values (c.parent1), (c.parent2)) as parent (id)
                    where parent.id is not null
                ), near as (select id from walk limit ?)
                select c.id, c.snapshot_id, c.parent1, c.parent2, c.generation
                from near cross join lateral (select * from commits where repo_id = ? and id = near.id limit 1) as c
                """).ids(from).with(repoId, limit, repoId).list(CommitRows::node);
    }

    private static CommitNode node(ResultSet r) throws SQLException {
        return new CommitNode(Sql.id(r, 1), Sql.id(r, 2), Sql.parents(r, 3, 4), r.getLong(5));
    }
}
