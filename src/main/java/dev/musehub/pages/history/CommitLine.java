package dev.musehub.pages.history;

import dev.musehub.core.history.CommitTitle;
import dev.musehub.pages.Ages;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.queries.CommitList.CommitEntry;
import java.time.Instant;

/** A commit in one line. */
public final class CommitLine {

    private CommitLine() {
    }

    public static Markup of(Links links, CommitEntry commit, Instant now) {
        return Markup.of("<span class=\"what\">{}</span> <span class=\"who quiet\">{} &middot; {} "
                + "<a href=\"{}\"><code>{}</code></a></span>", title(commit, links.commit(commit.id())),
                CommitPage.author(commit.author()), Ages.of(commit.at(), now), links.commit(commit.id()),
                CommitPage.brief(commit.id()));
    }

    /** What it says it does, leading to {@code address}. */
    public static Markup title(CommitEntry commit, String address) {
        CommitTitle title = CommitTitle.of(commit.title());
        return Markup.of("<a class=\"subject\" href=\"{}\">{}</a> {}", address, CommitPage.title(title),
                CommitPage.bump(title.bump(commit.bump(), commit.breaking())));
    }
}
