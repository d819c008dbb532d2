package dev.musehub.core.push;

import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.wire.Limits;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;

/**
 * What every push of a hub shares.
 *
 * @param check asked of each object of a repository that refuses polyglots
 * @param puts {@value #PUTS} permits, one for each batch, or large object, being stored
 * @param scratch directory for the commit packs of large pushes
 */
public record PushServices(Pool pool, ObjectStore store, Semaphore puts, MemoryBudget budget, Limits limits,
        Path scratch, ContentCheck check, AfterPush afterPush) {

    /** Batches and large objects that may be on their way into the store at a time, in the whole process. */
    public static final int PUTS = 100;

    /** Refuses an object for its content, by throwing a {@link dev.musehub.core.model.Problem}. */
    public interface ContentCheck {
        void check(Sha256 id, byte[] content);
    }

    /** What happens after a branch of a repository has moved. */
    public interface AfterPush {
        void pushed(long repoId) throws SQLException;
    }
}
