package dev.musehub.core.push;

import dev.musehub.core.model.Problem;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Policy;
import dev.musehub.core.rows.RepositoryRows.Repository;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Phase {@code quota}: raw bytes per repository and per owner. Checked when a push announces itself, so
 * that no upload is in vain, and again when it has arrived. Without a quota it costs nothing.
 */
public final class Quota {

    private Quota() {
    }

    /**
     * Checks that {@code more} bytes still fit.
     *
     * @throws Problem {@code quota-exceeded} with used, limit and needed
     */
    public static void check(Pool pool, Repository repository, long more) throws SQLException {
        Policy policy = repository.policy();
        if (policy.quotaBytes().isEmpty() && policy.ownerQuotaBytes().isEmpty()) {
            return;
        }
        try (Connection c = pool.acquire("quota")) {
            if (policy.quotaBytes().isPresent()) {
                require("repository " + repository.name(), ObjectRows.bytesOfRepository(c, repository.id()),
                        policy.quotaBytes().get(), more);
            }
            if (policy.ownerQuotaBytes().isPresent()) {
                require("owner " + repository.owner(), ObjectRows.bytesOfOwner(c, repository.ownerId()),
                        policy.ownerQuotaBytes().get(), more);
            }
        }
    }

    private static void require(String whose, long used, long limit, long more) {
        if (used + more > limit) {
            throw new Problem(Problem.Code.QUOTA_EXCEEDED, "the quota of " + whose + " is " + limit + " bytes, " + used
                    + " are used, and this push needs " + more + "; ask the operator for more")
                    .with("used", used).with("limit", limit).with("needed", more);
        }
    }
}
