package dev.musehub.pages.changes;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.ConcurrencyGate;
import dev.musehub.pages.Markup;
import dev.musehub.pages.MarkupCache;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The differences that pages show, as HTML. What lies between two snapshots never changes, so the latest are kept. Only
 * a few are computed at a time, in the order of the requests: each may take several megabytes, and if all
 * readers competed for the processors, all would wait for the slowest.
 */
public final class Differences {

    /** Bytes kept. Packed, all 988 commits of M41 take 20 MB; as text they would take 80. */
    private static final long KEPT = 24 << 20;
    private static final int PATIENCE_SECONDS = 20;

    /**
     * All that the HTML of a difference depends on.
     *
     * @param from the snapshot before; empty for nothing
     * @param file the one file shown; empty for all
     */
    public record DifferenceQuery(long repoId, Optional<Sha256> from, Sha256 to, Optional<String> file,
            DiffLinks links) { }

    private final Changes changes;
    private final ConcurrencyGate comparing = new ConcurrencyGate(
            Math.max(4, Runtime.getRuntime().availableProcessors()), PATIENCE_SECONDS, "differences");
    private final MarkupCache<DifferenceQuery> kept = new MarkupCache<>(KEPT);

    public Differences(Pool pool, ObjectStore store) {
        this.changes = new Changes(pool, store);
    }

    /**
     * The difference as HTML.
     *
     * @throws Problem {@code not-found} if a snapshot is absent, {@code busy} if too many are waiting
     */
    public Markup of(DifferenceQuery query) throws SQLException, IOException {
        Optional<Markup> known = kept.get(query);
        if (known.isPresent()) {
            return known.get();
        }
        try (ConcurrencyGate.Admission _ = comparing.take()) {
            Changes.ShownChanges shown = changes.between(query.repoId(), query.from(), query.to(), query.file());
            Markup markup = new DiffView(query.links()).of(shown);
            if (shown.readable()) {
                kept.put(query, markup);
            }
            return markup;
        }
    }
}
