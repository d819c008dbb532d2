package dev.musehub.jobs;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What jobs compute of a repository's default branch, in the order in which a push enqueues it. */
public enum JobKind {

    /** Bytes of the head's files, by file extension. */
    LANGUAGES,
    /** Bytes of new objects, by day. */
    GROWTH,
    /** Commits by day. */
    ACTIVITY,
    /** Commits by author, with first and last day. */
    CONTRIBUTORS,
    /** Commits by agent and model. */
    AGENTS,
    /** How often each file changed. */
    CHURN,
    /** Version bumps, and the latest breaking changes. */
    VERSIONS,
    /** Commits by the state of their signature. */
    SIGNATURES,
    /** Commits by day over all repositories of the owner; reads what {@link #ACTIVITY} wrote. */
    PROFILE;

    /** The name in the database and in answers. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<JobKind> ofText(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
    }

    /** All names, for the queue. */
    public static List<String> texts() {
        return Arrays.stream(values()).map(JobKind::text).toList();
    }
}
