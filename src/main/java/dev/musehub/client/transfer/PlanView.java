package dev.musehub.client.transfer;

import dev.musehub.cli.Plural;
import dev.musehub.core.model.Value;
import java.util.Locale;
import java.util.Optional;

/** Shows the plan of {@code push --plan} as text or as JSON. */
public final class PlanView {

    private PlanView() {
    }

    public static String text(String branch, Optional<Push.Planned> planned, Optional<UploadSpeed.Estimate> pace) {
        if (planned.isEmpty()) {
            return "Everything up to date: nothing would be sent\n";
        }
        Push.Planned plan = planned.get();
        long streamed = plan.objects() - plan.direct();
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
                "%s %s -> %s would send%n  %s, %s, %s (%.1f MB, packed on the way)%n", branch,
                plan.old().map(id -> id.hex().substring(0, 12)).orElse("(new)"), plan.head().hex().substring(0, 12),
                Plural.of(plan.commits(), "commit"), Plural.of(plan.snapshots(), "snapshot"),
                Plural.of(plan.objects(), "object"), plan.bytes() / 1e6));
        if (plan.direct() > 0) {
            text.append(String.format(Locale.ROOT, "  %s directly to the store%n",
                    Plural.of(plan.direct(), "object")));
        }
        text.append(String.format(Locale.ROOT, "  %scommits in %s%n",
                streamed > 0 ? Plural.of(streamed, "object") + " and " : "", Plural.of(plan.streams(), "stream")));
        if (!plan.forward()) {
            text.append("  the hub would refuse this: its branch has commits that this one lacks; pull first, or use"
                    + " --force\n");
        }
        text.append(pace.map(p -> String.format(Locale.ROOT, "  %s %.1f s at %.1f MB/s (%s)%n",
                p.least() ? "at least" : "about", Math.max(0.1, p.seconds()), p.bytesPerSecond() / 1e6, p.from()))
                .orElse("  how long it takes is unknown: there was no push before\n"));
        return text.toString();
    }

    public static Value value(String branch, Optional<Push.Planned> planned, Optional<UploadSpeed.Estimate> pace) {
        Value.Builder out = Value.dict().put("branch", branch).put("up_to_date", planned.isEmpty());
        planned.ifPresent(plan -> out
                .put("old", plan.old().<Value>map(id -> new Value.Text(id.hex())).orElse(Value.NULL))
                .put("head", plan.head().hex()).put("forward", plan.forward())
                .put("commits", plan.commits()).put("snapshots", plan.snapshots())
                .put("objects", plan.objects()).put("bytes", plan.bytes())
                .put("direct_objects", plan.direct()).put("streams", plan.streams()));
        pace.ifPresent(p -> out.put("seconds", new Value.Real(p.seconds()))
                .put("bytes_per_second", new Value.Real(p.bytesPerSecond())).put("pace_of", p.from())
                .put("at_least", p.least()));
        return out.build();
    }
}
