package dev.musehub.bench;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code make bench-compare}: two result files side by side. Each time is divided by the calibration of its own run; a
 * ratio counts as slower or faster where it leaves the error bars of both, and 5 % besides. Exit code 1 where something
 * became slower.
 */
public final class Compare {

    private static final String CALIBRATION = "dev.musehub.bench.Calibration.machine";
    private static final double LEAST = 0.05;

    private record Score(double value, double error) { }

    private Compare() {
    }

    /** Arguments: base, current. */
    public static void main(String[] arguments) throws IOException {
        Map<String, Score> base = read(Path.of(arguments[0]));
        Map<String, Score> now = read(Path.of(arguments[1]));
        double machine = ratio(base, now, CALIBRATION);
        System.out.printf(Locale.ROOT, "machine: %.2f of the base's time%n%n%-64s %12s %12s %8s%n", machine,
                "benchmark", "base", "now", "ratio");
        boolean slower = false;
        for (Map.Entry<String, Score> entry : now.entrySet()) {
            Score before = base.get(entry.getKey());
            if (before == null || entry.getKey().equals(CALIBRATION)) {
                continue;
            }
            Score after = entry.getValue();
            double ratio = after.value() / before.value() / machine;
            double noise = Math.max(LEAST, (before.error() / before.value() + after.error() / after.value()));
            String mark = ratio > 1 + noise ? "  SLOWER" : ratio < 1 - noise ? "  faster" : "";
            slower |= ratio > 1 + noise;
            System.out.printf(Locale.ROOT, "%-64s %12.3f %12.3f %8.2f%s%n",
                    entry.getKey().replace("dev.musehub.bench.", ""), before.value(), after.value(), ratio, mark);
        }
        System.exit(slower ? 1 : 0);
    }

    private static double ratio(Map<String, Score> base, Map<String, Score> now, String key) {
        return base.containsKey(key) && now.containsKey(key) ? now.get(key).value() / base.get(key).value() : 1;
    }

    private static Map<String, Score> read(Path file) throws IOException {
        Map<String, Score> scores = new TreeMap<>();
        for (Value item : JsonValues.decode(Files.readAllBytes(file)).asList("results")) {
            Value.Dict result = item.asDict("result");
            StringBuilder name = new StringBuilder(result.text("benchmark", ""));
            result.dict("params").entries().forEach((key, value) ->
                    name.append(' ').append(key).append('=').append(value.asText(key)));
            Value.Dict metric = result.dict("primaryMetric");
            scores.put(name.toString(), new Score(number(metric, "score"), number(metric, "scoreError")));
        }
        return scores;
    }

    private static double number(Value.Dict metric, String key) {
        return switch (metric.get(key).orElse(Value.NULL)) {
            case Value.Real r -> r.value();
            case Value.Int i -> i.value();
            // Of too few iterations JMH knows no error: then nothing is outside of the noise.
            default -> Double.POSITIVE_INFINITY;
        };
    }
}
