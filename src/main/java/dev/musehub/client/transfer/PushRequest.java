package dev.musehub.client.transfer;

import dev.musehub.client.muse.UserKey;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Lease;
import java.util.Optional;

/**
 * What to push.
 *
 * @param force whether the branch may lose commits at the remote
 * @param expect what the remote branch must be at
 * @param way how the objects travel
 * @param key signs the new commits; empty if they stay as they are
 */
public record PushRequest(String remote, String branch, boolean force, Lease expect, Way way,
        Optional<UserKey> key) {

    /** The same, for a branch that must be at {@code head}. */
    PushRequest at(Sha256 head) {
        return new PushRequest(remote, branch, force, new Lease.At(head), way, key);
    }

    /** How objects travel: by their number and size, always through the hub, or always directly to its store. */
    public enum Way { EITHER, STREAM, DIRECT }
}
