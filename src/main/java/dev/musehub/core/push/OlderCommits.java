package dev.musehub.core.push;

import dev.musehub.core.history.CommitFields;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.pages.queries.CommitWords;
import dev.musehub.pages.queries.CommitWords.Untold;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Commits that a hub before schema 009 wrote: their titles and words are filled in before a newer one answers. */
public final class OlderCommits {

    private OlderCommits() {
    }

    /** Does it, in chunks of one transaction each; nothing where there are none. Two hubs may do it at once. */
    public static void tell(Pool pool) throws SQLException {
        boolean more = true;
        while (more) {
            try (Connection c = pool.acquire("older")) {
                c.setAutoCommit(false);
                List<Untold> untold = CommitWords.untold(c, Limits.CHUNK);
                for (Untold row : untold) {
                    CommitWords.tell(c, row.repoId(),
                            CommitFields.WIRE.parse(MsgPackValues.decode(row.record()).asDict("commit")));
                }
                c.commit();
                more = !untold.isEmpty();
            }
        }
    }
}
