package dev.musehub.core.wire;

import dev.musehub.core.model.Sha256;

/** What a push expects of the branch it moves: the field {@code expect} of the header. */
public sealed interface Lease {

    /** No expectation: the field is absent. */
    record None() implements Lease { }

    /** The branch must not exist: the field is nil. */
    record Unborn() implements Lease { }

    /** The branch must be at {@code head}. */
    record At(Sha256 head) implements Lease { }
}
