package dev.musehub.http;

import dev.musehub.settings.Setting;
import dev.musehub.settings.Settings;
import java.time.Duration;
import java.util.Locale;

/**
 * How a hub is run, beside what it does.
 *
 * @param log what lines of the log look like
 * @param inside who may look inside
 * @param notice how long a hub that stops tells that it is not ready any more, before it refuses requests: time for a
 *     load balancer to turn to another
 */
public record Operation(HubLog.Form log, OperationCalls.Open inside, Duration notice) {

    public static final Operation DEFAULT = new Operation(HubLog.Form.TEXT, OperationCalls.Open.LOCAL, Duration.ZERO);

    /** What the settings say. */
    static Operation of(Settings settings) {
        return new Operation(HubLog.Form.valueOf(word(settings, Setting.LOG)),
                OperationCalls.Open.valueOf(word(settings, Setting.METRICS)),
                Duration.ofSeconds(settings.number(Setting.DRAIN_NOTICE)));
    }

    private static String word(Settings settings, Setting setting) {
        return settings.text(setting).orElseThrow().toUpperCase(Locale.ROOT);
    }
}
