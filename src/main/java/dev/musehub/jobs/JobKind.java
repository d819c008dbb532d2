package dev.musehub.jobs;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What jobs compute of a repository's default branch, in the order in which a push enqueues it. */
public enum JobKind {

    /** Bytes of the head's files, by file extension. */
    LANGUAGES(JobSource.FILES),
    /** Bytes of new objects, by day. */
    GROWTH(JobSource.OBJECTS),
    /** Commits by day. */
    ACTIVITY(JobSource.COMMITS),
    /** Commits by author, with first and last day. */
    CONTRIBUTORS(JobSource.COMMITS),
    /** Commits by agent and model. */
    AGENTS(JobSource.COMMITS, "model"),
    /** How often each file changed. */
    CHURN(JobSource.CHANGES),
    /** Version bumps, and the latest breaking changes. */
    VERSIONS(JobSource.COMMITS),
    /** Commits by the state of their signature. */
    SIGNATURES(JobSource.COMMITS),
    /** Bytes of the head's pictures, sounds and the like, by what they are. */
    ASSETS(JobSource.FILES),
    /** Bytes of the head's files, by the directory at the root. */
    DIRECTORIES(JobSource.FILES),
    /** Commits by the number of files they change. */
    SIZES(JobSource.CHANGES),
    /** How often two files changed in one commit. */
    TOGETHER(JobSource.CHANGES, "with"),
    /** Commits by reviewer. */
    REVIEWS(JobSource.COMMITS),
    /** Test runs by day. */
    TESTS(JobSource.COMMITS),
    /** Commits by what their metadata says, such as section and track of a piece of music. */
    METADATA(JobSource.COMMITS, "value"),
    /** What Muse recorded of changes inside files, such as notes inserted, by domain. */
    OPERATIONS(JobSource.COMMITS, "operation"),
    /** Commits by day over all repositories of the owner; reads what {@link #ACTIVITY} wrote. */
    PROFILE(JobSource.REPOSITORIES);

    /** What a kind is counted from. */
    enum JobSource {
        /** The files of the head. */
        FILES,
        /** The objects that commits bring in. */
        OBJECTS,
        /** The records of commits. */
        COMMITS,
        /** The records of commits, and what each changes. */
        CHANGES,
        /** What was counted of the owner's other repositories. */
        REPOSITORIES
    }

    private final JobSource source;
    private final Optional<String> second;

    JobKind(JobSource source) {
        this.source = source;
        this.second = Optional.empty();
    }

    JobKind(JobSource source, String second) {
        this.source = source;
        this.second = Optional.of(second);
    }

    JobSource source() {
        return source;
    }

    /** What answers call the second part of a name, where names have two. */
    Optional<String> second() {
        return second;
    }

    /** Whether it counts by day. */
    boolean byDay() {
        return this == GROWTH || this == ACTIVITY || this == TESTS || this == PROFILE;
    }

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
