package dev.musehub.client;

import dev.musehub.model.Value;

/**
 * What an examination found about one part of the way to a hub; {@code text} is one sentence: how it is, or the fix.
 */
record Finding(String part, State state, String text) {

    enum State { OK, FIX, SKIPPED }

    static Finding ok(String part, String text) {
        return new Finding(part, State.OK, text);
    }

    static Finding fix(String part, String text) {
        return new Finding(part, State.FIX, text);
    }

    static Finding skipped(String part, String text) {
        return new Finding(part, State.SKIPPED, text);
    }

    Value toValue() {
        return Value.dict().put("part", part).put("state", state.name().toLowerCase(java.util.Locale.ROOT))
                .put("text", text).build();
    }
}
