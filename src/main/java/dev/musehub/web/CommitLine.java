package dev.musehub.web;

import dev.musehub.model.Commit;
import dev.musehub.model.CommitFields;
import dev.musehub.wire.MsgPackValues;
import java.time.Instant;

/** A commit in one line. */
final class CommitLine {

    private CommitLine() {
    }

    /** The commit of a record as the database has it. */
    static Commit parsed(byte[] record) {
        return CommitFields.WIRE.parse(MsgPackValues.decode(record).asDict("commit"));
    }

    /** The line, whose title leads to {@code address}. */
    static Markup of(Commit commit, String address, Instant now) {
        return Markup.of("<span class=\"what\">{}<a href=\"{}\">{}</a></span> <span class=\"who quiet\"><bdi>{}</bdi> {} "
                + "<a href=\"{}\"><code>{}</code></a></span>", CommitPage.bump(commit), address, CommitPage.title(commit),
                commit.author(), Ages.of(commit.committedInstant().toInstant(), now), address,
                CommitPage.brief(commit.id()));
    }
}
