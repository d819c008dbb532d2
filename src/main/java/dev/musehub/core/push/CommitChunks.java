package dev.musehub.core.push;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.push.Integrity.CheckedReferences;
import dev.musehub.core.push.SignatureCheck.CheckedSignatures;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.CommitRows.CommitRank;
import dev.musehub.core.rows.CommitRows.NewCommit;
import dev.musehub.core.rows.CommitRows.SignatureState;
import dev.musehub.core.rows.Durability;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.SqlProblems;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.core.wire.Spool;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Phase {@code commits}: stores the commits, parents first, in chunks of 100, one committed transaction each (I3).
 * No branch leads to them until it moves. A thread of its own writes one chunk while the next is made.
 */
final class CommitChunks {

    private final Pool pool;
    private final Repository repository;
    private final ProgressWriter progress;
    private final CheckedSignatures signatures;
    private final Map<Sha256, CommitRank> ranks;
    private final Tasks writer;
    private List<NewCommit> chunk = new ArrayList<>(Limits.CHUNK);
    private final long total;
    private long done;

    private CommitChunks(Pool pool, Repository repository, CheckedReferences checked, CheckedSignatures signatures,
            ProgressWriter progress, Tasks writer) {
        this.writer = writer;
        this.pool = pool;
        this.repository = repository;
        this.progress = progress;
        this.signatures = signatures;
        this.ranks = new HashMap<>(checked.outside());
        this.total = checked.parents().size();
    }

    /** Writes all commits of the push. */
    static void write(Pool pool, Repository repository, CheckedReferences checked, CheckedSignatures signatures,
            Spool packs, ProgressWriter progress) throws IOException {
        try (Tasks writer = Tasks.inOrder("commits", 1)) {
            CommitChunks chunks = new CommitChunks(pool, repository, checked, signatures, progress, writer);
            packs.forEach(pack -> {
                for (Commit commit : pack.commits()) {
                    chunks.add(commit);
                }
            });
            chunks.flush();
            writer.join();
        }
    }

    private void add(Commit commit) throws IOException {
        CommitRank rank = CommitRank.of(commit, ranks);
        ranks.put(commit.id(), rank);
        SignatureCheck.FoundSignature signature = signatures.of(commit.id());
        chunk.add(new NewCommit(commit, rank, MsgPackValues.encode(CommitFields.WIRE.of(commit)),
                signature.state(), signature.signer()));
        progress.at("commits", ++done, total);
        if (chunk.size() >= Limits.CHUNK) {
            flush();
        }
    }

    private void flush() throws IOException {
        if (chunk.isEmpty()) {
            return;
        }
        List<NewCommit> full = chunk;
        chunk = new ArrayList<>(Limits.CHUNK);
        writer.submit(() -> {
            KillPoint.COMMITS_BEFORE_CHUNK.reached();
            try (Connection c = pool.acquire("commits")) {
                c.setAutoCommit(false);
                Durability.later(c);
                if (CommitRows.insert(c, repository.id(), full) < full.size()) {
                    sign(c, full);
                }
                c.commit();
            } catch (SQLException e) {
                throw SqlProblems.of(e);
            }
            KillPoint.COMMITS_AFTER_CHUNK.reached();
        });
    }

    /**
     * Gives verified signatures to commits that are there without one; by id, so that two pushes wait in one order.
     * All else in their records stays: the ids do not cover it.
     */
    private void sign(Connection c, List<NewCommit> commits) throws SQLException {
        Map<Sha256, NewCommit> verified = new TreeMap<>();
        commits.stream().filter(n -> n.signer().isPresent()).forEach(n -> verified.put(n.commit().id(), n));
        for (CommitRows.Recorded old : CommitRows.recorded(c, repository.id(), List.copyOf(verified.keySet()))) {
            NewCommit with = verified.get(old.id());
            if (old.signature() != SignatureState.VERIFIED) {
                Commit signed = CommitFields.WIRE.parse(MsgPackValues.decode(old.record()).asDict("commit"))
                        .withSignature(with.commit().signature(), with.commit().signerKeyId());
                CommitRows.sign(c, repository.id(), old.id(), MsgPackValues.encode(CommitFields.WIRE.of(signed)),
                        with.signer());
            }
        }
    }
}
