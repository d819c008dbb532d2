package dev.musehub.jobs;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A worker's right to compute one job. It ends when the worker does not renew it in time: then another worker may take
 * the job, and the first one can write nothing more. Jobs call {@link #renew} between pages and write by {@link
 * #write}.
 */
interface JobLease {

    /** Some statements; the caller owns the transaction around them. */
    interface LeasedWork {
        void write(Connection c) throws SQLException;
    }

    /** The lease has ended: the hub stops, or another worker has the job now. */
    final class Ended extends RuntimeException {
        Ended(String why) {
            super(why);
        }
    }

    /** Renews the lease if it is time to. Throws {@link Ended}. */
    void renew() throws SQLException;

    /** Commits {@code part} if the worker still has the lease. Throws {@link Ended}. */
    void write(LeasedWork part) throws SQLException;
}
