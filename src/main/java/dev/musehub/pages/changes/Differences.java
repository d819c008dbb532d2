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
 * The differences that pages show, ready as HTML. What lies between two snapshots never changes, so the latest stay at
 * hand; only a few are worked out at a time, in the order in which they were asked for: each may take several megabytes,
 * and readers that compete for the processors would all wait for the slowest.
 */
public final class Differences {

    /** Bytes kept. Packed, all 988 commits of M41 take 20 MB; as text they would take 80. */
    private static final long KEPT = 24 << 20;
    private static final int PATIENCE_SECONDS = 20;

    /**
     * What makes one difference on a page another one.
     *
     * @param from the snapshot before; empty for nothing
     * @param file the one file shown; empty for all
     * @param address all that the links in it are made of, as text
     */
    public record Wanted(long repoId, Optional<Sha256> from, Sha256 to, Optional<String> file, boolean split,
            String address) { }

    private final Changes changes;
    private final ConcurrencyGate comparing = new ConcurrencyGate(Math.max(4, Runtime.getRuntime().availableProcessors()),
            PATIENCE_SECONDS, "differences");
    private final MarkupCache<Wanted> kept = new MarkupCache<>(KEPT);

    public Differences(Pool pool, ObjectStore store) {
        this.changes = new Changes(pool, store);
    }

    /**
     * The difference as HTML.
     *
     * @throws Problem {@code not-found} where a snapshot is absent, {@code busy} where too many are waiting
     */
    public Markup of(Wanted wanted, DiffView.FileAddresses addresses) throws SQLException, IOException {
        Optional<Markup> known = kept.get(wanted);
        if (known.isPresent()) {
            return known.get();
        }
        try (ConcurrencyGate.Admission _ = comparing.take()) {
            Changes.ShownChanges shown = changes.between(wanted.repoId(), wanted.from(), wanted.to(), wanted.file());
            Markup markup = new DiffView(addresses, wanted.split()).of(shown);
            if (shown.readable()) {
                kept.put(wanted, markup);
            }
            return markup;
        }
    }
}
