package dev.musehub.core.rows;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitTitle;
import dev.musehub.core.history.SearchWords;
import dev.musehub.core.model.Sha256;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Commits and the questions about their ancestry. */
public final class CommitRows {

    /**
     * A commit to insert.
     *
     * @param generation see {@link Commit#generation}
     * @param record msgpack of the whole commit, as on the wire
     * @param signer the user whose key verified its signature
     */
    public record NewCommit(Commit commit, long generation, byte[] record, SignatureState signature,
            Optional<Long> signer) { }

    /** What the hub can say of a commit's signature. */
    public enum SignatureState {
        /** There is none. */
        NONE("none"),
        /** It is one by a registered key. */
        VERIFIED("verified"),
        /** It may be one, by a key that nobody registered. */
        UNKNOWN_KEY("unknown-key"),
        /** The key it names did not make it. */
        INVALID("invalid"),
        /** It is of a kind that only its maker can check, such as Muse's own HMAC. */
        UNVERIFIABLE("unverifiable");

        private final String text;

        SignatureState(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }

        public static SignatureState ofText(String text) {
            for (SignatureState state : values()) {
                if (state.text.equals(text)) {
                    return state;
                }
            }
            throw new IllegalArgumentException("signature state " + text);
        }
    }

    /** A commit's place in the history. */
    public record CommitNode(Sha256 id, Sha256 snapshotId, List<Sha256> parents, long generation) { }

    private CommitRows() {
    }

    /** The fewest hex digits that a commit can be asked for by. */
    public static final int PREFIX = 4;

    /** Whether {@code text} can be the beginning of an id. */
    public static boolean isPrefix(String text) {
        return text.length() >= PREFIX && text.length() <= Sha256.HEX_LENGTH
                && text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    /** Up to {@code limit} commits whose ids begin with these hex digits: a range of the primary key. */
    public static List<Sha256> withPrefix(Connection c, long repoId, String hex, int limit) throws SQLException {
        String sql = "select id from commits where repo_id = ? and id between ? and ? order by id limit ?";
        HexFormat format = HexFormat.of();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setBytes(2, format.parseHex(hex + "0".repeat(Sha256.HEX_LENGTH - hex.length())));
            s.setBytes(3, format.parseHex(hex + "f".repeat(Sha256.HEX_LENGTH - hex.length())));
            s.setInt(4, limit);
            List<Sha256> found = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.add(Rows.id(r, 1));
                }
            }
            return found;
        }
    }

    /** The generations of those of {@code ids} that the repository has. */
    public static Map<Sha256, Long> generations(Connection c, long repoId, Collection<Sha256> ids)
            throws SQLException {
        Map<Sha256, Long> found = new HashMap<>();
        String sql = "select id, generation from commits where repo_id = ? and id = any (?)";
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, Rows.ids(c, ids));
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    found.put(Rows.id(r, 1), r.getLong(2));
                }
            }
        }
        return found;
    }

    /** Adds a chunk of commits, parents first; those there already stay as they are. */
    public static void insert(Connection c, long repoId, List<NewCommit> commits) throws SQLException {
        String sql = """
                insert into commits (repo_id, id, snapshot_id, parent1, parent2, generation, committed_at, author,
                                     agent_id, model_id, sem_ver_bump, record, signature_state, signer_id,
                                     title, breaking, words)
                select ?, id, snapshot_id, parent1, parent2, generation, committed_at, author,
                       agent_id, model_id, sem_ver_bump, record, signature_state, signer_id, title, breaking,
                       setweight(to_tsvector('simple', author_words), 'A') || to_tsvector('simple', message_words)
                           || array_to_tsvector(array[?])
                from unnest(?::bytea[], ?::bytea[], ?::bytea[], ?::bytea[], ?::bigint[], ?::timestamptz[],
                            ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[], ?::text[], ?::bigint[],
                            ?::text[], ?::boolean[], ?::text[], ?::text[])
                    as n (id, snapshot_id, parent1, parent2, generation, committed_at, author, agent_id, model_id,
                          sem_ver_bump, record, signature_state, signer_id, title, breaking, author_words,
                          message_words)
                on conflict (repo_id, id) do nothing
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, SearchWords.ofRepository(repoId));
            s.setArray(3, bytes(c, commits, n -> n.commit().id().bytes()));
            s.setArray(4, bytes(c, commits, n -> n.commit().snapshotId().bytes()));
            s.setArray(5, bytes(c, commits, n -> n.commit().parent1().map(Sha256::bytes).orElse(null)));
            s.setArray(6, bytes(c, commits, n -> n.commit().parent2().map(Sha256::bytes).orElse(null)));
            s.setArray(7, c.createArrayOf("bigint", commits.stream().map(NewCommit::generation).toArray()));
            s.setArray(8, texts(c, commits, n -> n.commit().sortableInstant().toString()));
            s.setArray(9, texts(c, commits, n -> searchable(n.commit().author())));
            s.setArray(10, texts(c, commits, n -> searchable(n.commit().agentId())));
            s.setArray(11, texts(c, commits, n -> searchable(n.commit().modelId())));
            s.setArray(12, texts(c, commits, n -> searchable(n.commit().semVerBump())));
            s.setArray(13, bytes(c, commits, NewCommit::record));
            s.setArray(14, texts(c, commits, n -> n.signature().text()));
            s.setArray(15, c.createArrayOf("bigint", commits.stream().map(n -> n.signer().orElse(null)).toArray()));
            s.setArray(16, texts(c, commits, n -> searchable(CommitTitle.line(n.commit().message()))));
            s.setArray(17, c.createArrayOf("boolean",
                    commits.stream().map(n -> !n.commit().breakingChanges().isEmpty()).toArray()));
            s.setArray(18, texts(c, commits, n -> SearchWords.ofAuthor(n.commit().author())));
            s.setArray(19, texts(c, commits, n -> SearchWords.ofMessage(n.commit().message())));
            s.executeUpdate();
        }
    }

    /** PostgreSQL's text has no NUL; the record keeps the exact one. */
    public static String searchable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', ' ');
    }

    private static Array bytes(Connection c, List<NewCommit> commits, Function<NewCommit, byte[]> column)
            throws SQLException {
        return c.createArrayOf("bytea", commits.stream().map(column).toArray(byte[][]::new));
    }

    private static Array texts(Connection c, List<NewCommit> commits, Function<NewCommit, String> column)
            throws SQLException {
        return c.createArrayOf("text", commits.stream().map(column).toArray());
    }

    /** What is known of a commit beside its record. */
    public record Recorded(Sha256 id, SignatureState signature, byte[] record) { }

    /** The records of {@code ids}, in their order, with what the hub found of their signatures. */
    public static List<Recorded> recorded(Connection c, long repoId, List<Sha256> ids) throws SQLException {
        String sql = """
                select c.id, c.signature_state, c.record from unnest(?::bytea[]) with ordinality as wanted (id, place)
                join commits c on c.repo_id = ? and c.id = wanted.id
                order by wanted.place
                """;
        List<Recorded> records = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setArray(1, Rows.ids(c, ids));
            s.setLong(2, repoId);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    records.add(new Recorded(Rows.id(r, 1), SignatureState.ofText(r.getString(2)), r.getBytes(3)));
                }
            }
        }
        return records;
    }

    /** The records of {@code ids}, in their order; absent ones are left out. */
    public static List<byte[]> records(Connection c, long repoId, List<Sha256> ids) throws SQLException {
        String sql = """
                select c.record from unnest(?::bytea[]) with ordinality as wanted (id, place)
                join commits c on c.repo_id = ? and c.id = wanted.id
                order by wanted.place
                """;
        List<byte[]> records = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setArray(1, Rows.ids(c, ids));
            s.setLong(2, repoId);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    records.add(r.getBytes(1));
                }
            }
        }
        return records;
    }

    /**
     * Whether {@code ancestor} is among {@code from} or their ancestors. Walks only commits of a generation above the
     * ancestor's, so the question costs what lies between the two, not the history. On {@code limit 1} see
     * {@link #ancestors}.
     */
    public static boolean reaches(Connection c, long repoId, Collection<Sha256> from, Sha256 ancestor)
            throws SQLException {
        String sql = """
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
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setBytes(2, ancestor.bytes());
            s.setArray(3, Rows.ids(c, from));
            s.setLong(4, repoId);
            s.setBytes(5, ancestor.bytes());
            try (ResultSet r = s.executeQuery()) {
                r.next();
                return r.getBoolean(1);
            }
        }
    }

    /** The places of those of {@code ids} that the repository has. */
    public static List<CommitNode> nodes(Connection c, long repoId, Collection<Sha256> ids) throws SQLException {
        String sql = """
                select id, snapshot_id, parent1, parent2, generation from commits where repo_id = ? and id = any (?)
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setArray(2, Rows.ids(c, ids));
            return nodes(s);
        }
    }

    /**
     * Up to {@code limit} ancestors of {@code from}, themselves included, nearest first. The walk stops early for its
     * size only: which of the nodes matter is the caller's question.
     *
     * <p>{@code limit 1} makes each step a look-up by key. As a plain join, a table that was never analysed (the first
     * push has just filled it) is scanned at every step: 1,000 of 5,000 commits took 890 ms instead of 7.
     */
    public static List<CommitNode> ancestors(Connection c, long repoId, Collection<Sha256> from, int limit)
            throws SQLException {
        String sql = """
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
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setArray(1, Rows.ids(c, from));
            s.setLong(2, repoId);
            s.setInt(3, limit);
            s.setLong(4, repoId);
            return nodes(s);
        }
    }

    private static List<CommitNode> nodes(PreparedStatement s) throws SQLException {
        List<CommitNode> nodes = new ArrayList<>();
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                List<Sha256> parents = new ArrayList<>(2);
                Rows.optionalId(r, 3).ifPresent(parents::add);
                Rows.optionalId(r, 4).ifPresent(parents::add);
                nodes.add(new CommitNode(Rows.id(r, 1), Rows.id(r, 2), List.copyOf(parents), r.getLong(5)));
            }
        }
        return nodes;
    }
}
