package dev.musehub.client.doctor;

import dev.musehub.core.model.Value;
import java.util.Locale;

/** A finding about one part of the way to a hub; {@code text} is one sentence: the state, or what to fix. */
record DoctorFinding(String part, CheckState state, String text) {

    enum CheckState { OK, FIX, SKIPPED }

    static DoctorFinding ok(String part, String text) {
        return new DoctorFinding(part, CheckState.OK, text);
    }

    static DoctorFinding fix(String part, String text) {
        return new DoctorFinding(part, CheckState.FIX, text);
    }

    static DoctorFinding skipped(String part, String text) {
        return new DoctorFinding(part, CheckState.SKIPPED, text);
    }

    Value toValue() {
        return Value.dict().put("part", part).put("state", state.name().toLowerCase(Locale.ROOT))
                .put("text", text).build();
    }
}
