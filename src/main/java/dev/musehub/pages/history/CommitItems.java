package dev.musehub.pages.history;

import dev.musehub.core.history.CommitTitle;
import dev.musehub.pages.Ages;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.queries.CommitList.CommitEntry;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Commits as lists show them, under the days on which they were made. */
final class CommitItems {

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu", Locale.ENGLISH);

    private CommitItems() {
    }

    /** All of them, in the order given; a new heading wherever the day is another. */
    static Markup byDay(Links links, List<CommitEntry> entries) {
        List<Markup> days = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= entries.size(); i++) {
            if (i == entries.size() || !day(entries.get(i)).equals(day(entries.get(from)))) {
                days.add(list(DAY.format(day(entries.get(from))), links, entries.subList(from, i)));
                from = i;
            }
        }
        return Markup.join(days);
    }

    /** All of them under one heading. */
    static Markup list(String heading, Links links, List<CommitEntry> entries) {
        Instant now = Instant.now();
        return Markup.of("<section class=\"day\"><h2>{}</h2><ol class=\"log\">{}</ol></section>\n", heading,
                entries.stream().map(entry -> item(links, entry, now)).toList());
    }

    private static LocalDate day(CommitEntry entry) {
        return LocalDate.ofInstant(entry.at(), ZoneOffset.UTC);
    }

    private static Markup item(Links links, CommitEntry entry, Instant now) {
        CommitTitle title = CommitTitle.of(entry.title());
        return Markup.of("""
                <li><div class="what"><a class="subject" href="{}">{}</a> {}{}{}{}</div>
                <div class="byline">{}{} &middot; {}</div>
                <a class="key" href="{}" tabindex="-1" aria-hidden="true"><code>{}</code></a></li>
                """, links.commit(entry.id()), CommitPage.title(title),
                CommitPage.bump(title.bump(entry.bump(), entry.breaking())), labels(links, entry),
                CommitPage.signature(entry.signature(), entry.signer()),
                Markup.of("<span class=\"badge\">merge</span> ").when(entry.merge()),
                CommitPage.author(entry.author()), CommitPage.agent(entry.agent(), entry.model()),
                Ages.of(entry.at(), now), links.commit(entry.id()), CommitPage.brief(entry.id()));
    }

    private static Markup labels(Links links, CommitEntry entry) {
        List<Markup> labels = new ArrayList<>();
        entry.branches().forEach(name -> labels.add(Markup.of("<a class=\"badge branch\" href=\"{}\"><bdi>{}</bdi></a> ",
                links.commits(name), name)));
        entry.tags().forEach(name -> labels.add(Markup.of("<span class=\"badge tag\"><bdi>{}</bdi></span> ", name)));
        return Markup.join(labels);
    }
}
