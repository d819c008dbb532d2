package dev.musehub.client.snapshots;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import java.util.Optional;

/**
 * A snapshot as its file holds it.
 *
 * @param createdAt exact text; not part of the id
 * @param order the writer's key order where it is not the usual one, see {@link UsualOrder}
 */
public record Snapshot(Sha256 id, Manifest manifest, String createdAt, Optional<int[]> order) {
}
