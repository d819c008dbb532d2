package dev.musehub.jobs;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A worker's right to compute one job, for as long as it shows life. A kind asks {@link #keep} between pages and writes
 * through {@link #write}: who was taken for dead, and replaced, writes nothing.
 */
interface JobLease {

    /** Some statements; the transaction around them is the caller's. */
    interface LeasedWork {
        void write(Connection c) throws SQLException;
    }

    /** Thrown where the turn is over: the hub stops, or another worker has the job now. */
    final class Over extends RuntimeException {
        Over(String why) {
            super(why);
        }
    }

    /** Shows life, now and then. Throws {@link Over}. */
    void keep() throws SQLException;

    /** Commits {@code part} if the job is still this worker's. Throws {@link Over}. */
    void write(LeasedWork part) throws SQLException;
}
