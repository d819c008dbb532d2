package dev.musehub.core.history;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A commit record with every field of format.md, "Commits". Only parents, snapshot, message and time are part of
 * the id; the rest is kept so that two clones say the same.
 *
 * @param committedAt exact text, hashed as it stands
 * @param structuredDelta free-form display data, or empty for null
 */
public record Commit(
        Sha256 id,
        String repoId,
        String branch,
        Sha256 snapshotId,
        String message,
        String committedAt,
        Optional<Sha256> parent1,
        Optional<Sha256> parent2,
        String author,
        Map<String, String> metadata,
        Optional<Value> structuredDelta,
        String semVerBump,
        List<String> breakingChanges,
        String agentId,
        String modelId,
        String toolchainId,
        String promptHash,
        String signature,
        String signerKeyId,
        long formatVersion,
        List<String> reviewedBy,
        long testRuns) {

    /** Characters of a title. */
    private static final int TITLE = 1_000;

    public static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** None, one or two parents, in the order of the fields. */
    public List<Sha256> parents() {
        return Stream.of(parent1, parent2).flatMap(Optional::stream).toList();
    }

    /** This commit with another signature; its id stays. */
    public Commit withSignature(String newSignature, String newSignerKeyId) {
        return new Commit(id, repoId, branch, snapshotId, message, committedAt, parent1, parent2, author, metadata,
                structuredDelta, semVerBump, breakingChanges, agentId, modelId, toolchainId, promptHash, newSignature,
                newSignerKeyId, formatVersion, reviewedBy, testRuns);
    }

    /** The id that the fields give, whatever {@link #id} claims. */
    public Sha256 computedId() {
        return Ids.commit(parents(), snapshotId, message, committedAt);
    }

    /**
     * Checks what came from outside: the id, the message's length, that the time can be read, that a second parent has
     * a first and is another.
     *
     * @throws Problem {@code commit-mismatch} or {@code invalid-commit}
     */
    public Commit checked() {
        if (message.length() > MAX_MESSAGE_BYTES || CodePoints.utf8(message).length > MAX_MESSAGE_BYTES) {
            throw invalid("the message is longer than " + MAX_MESSAGE_BYTES + " bytes");
        }
        if (parent2.isPresent() && (parent1.isEmpty() || parent1.equals(parent2))) {
            throw invalid("a second parent needs a first one, and another");
        }
        if (!computedId().equals(id)) {
            throw new Problem(Problem.Code.COMMIT_MISMATCH, "commit " + id + " does not have the id its fields give, "
                    + computedId() + "; the record is damaged or forged").with("commit", id.toString());
        }
        committedInstant();
        return this;
    }

    /**
     * The time of {@link #committedAt}; without an offset it is taken as UTC, as Muse does.
     *
     * @throws Problem {@code invalid-commit} where it cannot be read
     */
    public OffsetDateTime committedInstant() {
        String text = committedAt.replace(' ', 'T');
        OffsetDateTime time;
        try {
            time = OffsetDateTime.parse(text);
        } catch (DateTimeException e) {
            try {
                time = LocalDateTime.parse(text).atOffset(ZoneOffset.UTC);
            } catch (DateTimeException again) {
                throw invalid("committed_at '" + committedAt + "' is not an ISO 8601 time");
            }
        }
        // The range of Python's datetime, which is what Muse can read back.
        if (time.getYear() < 1 || time.getYear() > 9999) {
            throw invalid("committed_at '" + committedAt + "' is not in the years 1 to 9999");
        }
        return time;
    }

    /**
     * {@link #committedInstant} as databases can sort it: to the microsecond, within the years 1 to 9999 in UTC too.
     */
    public Instant sortableInstant() {
        Instant instant = committedInstant().toInstant().truncatedTo(ChronoUnit.MICROS);
        return instant.isBefore(FIRST) ? FIRST : instant.isAfter(LAST) ? LAST : instant;
    }

    /**
     * What orders histories, newest first, however clocks went: the microseconds of the commit's time, but always more
     * than its parents have.
     *
     * @param ofParents the largest that its parents have, 0 where it has none
     */
    public long generation(long ofParents) {
        return Math.max(ChronoUnit.MICROS.between(Instant.EPOCH, sortableInstant()), 1 + ofParents);
    }

    private Problem invalid(String why) {
        return new Problem(Problem.Code.INVALID_COMMIT, "commit " + id + ": " + why).with("commit", id.toString());
    }

    /** The first line of {@code message}; a very long one is cut. */
    public static String title(String message) {
        String line = message.lines().findFirst().orElse("").strip();
        int end = Math.min(line.length(), TITLE);
        return line.substring(0, end > 0 && end < line.length() && Character.isHighSurrogate(line.charAt(end - 1))
                ? end - 1 : end);
    }
}
