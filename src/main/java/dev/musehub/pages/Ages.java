package dev.musehub.pages;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as ages, such as "2 hours ago", with the exact time on hover. */
public final class Ages {

    private static final DateTimeFormatter FULL =
            DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm:ss 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private Ages() {
    }

    /** How long {@code then} is ago. */
    public static Markup of(Instant then, Instant now) {
        return Markup.of("<time datetime=\"{}\" title=\"{}\">{}</time>", then, full(then), words(then, now));
    }

    /** The same with the date beside it, for phones and paper, which have no hover. */
    public static Markup dated(Instant then, Instant now) {
        return Markup.of("{} &middot; {}", of(then, now), DATE.format(then));
    }

    public static String full(Instant instant) {
        return FULL.format(instant);
    }

    static String words(Instant then, Instant now) {
        Duration age = Duration.between(then, now);
        if (age.isNegative()) {
            return age.toMinutes() > -5 ? "just now" : "in the future";
        }
        long days = age.toDays();
        return age.toMinutes() < 1 ? "just now"
                : age.toHours() < 1 ? count(age.toMinutes(), "minute")
                : days < 1 ? count(age.toHours(), "hour")
                : days < 30 ? count(days, "day")
                : days < 365 ? count(days / 30, "month") : count(days / 365, "year");
    }

    private static String count(long n, String unit) {
        return n + " " + unit + (n == 1 ? "" : "s") + " ago";
    }
}
