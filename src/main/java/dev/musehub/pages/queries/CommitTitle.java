package dev.musehub.pages.queries;

import dev.musehub.core.history.Commit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first line of a commit's message, taken apart where it follows Conventional Commits: {@code feat(wire)!: text}.
 *
 * @param type in lower case; empty where the line has another form
 * @param scope empty where there is none
 * @param breaking whether an exclamation mark says so
 * @param text what remains; the whole line where it has another form
 */
public record CommitTitle(Optional<String> type, Optional<String> scope, boolean breaking, String text) {

    /** What a commit means to who uses it. */
    public enum Bump { BREAKING, FEAT, FIX, NONE }

    private static final Pattern CONVENTIONAL =
            Pattern.compile("([A-Za-z]{2,20})(?:\\(([^()\\p{Cntrl}]{1,80})\\))?(!)?: +(\\S.*)");

    /** The title of {@code message}; a very long line is cut. */
    public static CommitTitle of(String message) {
        String line = Commit.title(message);
        Matcher m = CONVENTIONAL.matcher(line);
        return m.matches()
                ? new CommitTitle(Optional.of(m.group(1).toLowerCase(Locale.ROOT)), Optional.ofNullable(m.group(2)),
                        m.group(3) != null, m.group(4))
                : new CommitTitle(Optional.empty(), Optional.empty(), false, line);
    }

    /** What remains of {@code message} behind its first line. */
    public static String body(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? "" : message.substring(end + 1).strip();
    }

    /** {@link #bump(String, boolean)} of a whole commit. */
    public static Bump bump(Commit commit) {
        return of(commit.message()).bump(commit.semVerBump(), !commit.breakingChanges().isEmpty());
    }

    /**
     * What Muse recorded; where it recorded nothing, what the title says.
     *
     * @param recorded Muse's word for it
     * @param breaks whether it recorded breaking changes
     */
    public Bump bump(String recorded, boolean breaks) {
        if (breaks || breaking) {
            return Bump.BREAKING;
        }
        return switch (recorded) {
            case "major" -> Bump.BREAKING;
            case "minor" -> Bump.FEAT;
            case "patch" -> Bump.FIX;
            default -> switch (type.orElse("")) {
                case "feat", "feature" -> Bump.FEAT;
                case "fix", "perf" -> Bump.FIX;
                default -> Bump.NONE;
            };
        };
    }
}
