package dev.musehub.core.push;

/**
 * The steps of a push between which the hub's process may die. Tests let it die there, as {@code kill -9} would, and
 * make sure that nothing acknowledged is lost and nothing half-done is seen. Without the system property
 * {@value #PROPERTY} this is nothing at all.
 */
public enum KillPoint {

    BATCH_BEFORE_PUT, BATCH_BEFORE_ROWS, BATCH_AFTER_ROWS,
    CONFIRM_BEFORE_ROWS, CONFIRM_AFTER_ROWS,
    SNAPSHOTS_BEFORE_CHUNK, SNAPSHOTS_AFTER_CHUNK,
    COMMITS_BEFORE_CHUNK, COMMITS_AFTER_CHUNK,
    BRANCH_BEFORE_COMMIT, BRANCH_AFTER_COMMIT;

    /**
     * Names a point and the passing at which the hub dies: {@code BATCH_AFTER_ROWS:2} is the second. For tests only.
     */
    public static final String PROPERTY = "musehub.test.kill";

    private static final String CHOSEN = System.getProperty(PROPERTY, "");
    private static final KillPoint DEADLY = CHOSEN.isEmpty() ? null : valueOf(CHOSEN.split(":")[0]);
    private static int left = CHOSEN.isEmpty() ? 0 : Integer.parseInt(CHOSEN.split(":")[1]);

    /** Dies here, if a test chose this point. */
    public void reached() {
        if (DEADLY == this) {
            die();
        }
    }

    private static synchronized void die() {
        if (--left <= 0) {
            Runtime.getRuntime().halt(137);
        }
    }
}
