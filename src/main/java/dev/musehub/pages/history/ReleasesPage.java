package dev.musehub.pages.history;

import dev.musehub.core.model.Value;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.labels.Labels;
import dev.musehub.labels.Labels.LabelKind;
import dev.musehub.pages.Ages;
import dev.musehub.pages.CommitMarkup;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.queries.CommitTitle;
import dev.musehub.pages.queries.LabelList;
import dev.musehub.pages.queries.LabelList.LabelEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The releases with their notes, and the tags, those of the newest commits first. */
public final class ReleasesPage {

    private static final int RELEASES = 20;
    private static final int TAGS = 100;
    /** Characters of notes; lines of a changelog. */
    private static final int NOTES = 20_000;
    private static final int LINES = 100;

    private final Pool pool;

    public ReleasesPage(Pool pool) {
        this.pool = pool;
    }

    /** The page with the releases behind {@code release} and the tags behind {@code tag}; drafts for members only. */
    public Page page(Repository repository, boolean member, Optional<UUID> release, Optional<UUID> tag)
            throws SQLException {
        List<LabelEntry> releases;
        List<LabelEntry> tags;
        try (Connection c = pool.acquire("releases.page")) {
            releases = LabelList.page(c, LabelKind.RELEASE, repository.id(), release, RELEASES + 1);
            tags = LabelList.page(c, LabelKind.TAG, repository.id(), tag, TAGS + 1);
        }
        Links links = Links.of(repository);
        Instant now = Instant.now();
        Markup body = Markup.of("""
                <h1>Releases and tags</h1>
                <section aria-labelledby="releases"><h2 id="releases">Releases</h2>{}{}</section>
                <section aria-labelledby="tags"><h2 id="tags">Tags</h2>{}{}</section>
                """, releases.isEmpty() ? none("There are no releases.")
                        : shown(releases, RELEASES).stream().filter(entry -> member || !isDraft(entry))
                                .map(entry -> release(links, entry, now)).toList(),
                more(links, "release", releases, RELEASES),
                tags.isEmpty() ? none("There are no tags.") : table(links, shown(tags, TAGS)),
                more(links, "tag", tags, TAGS));
        return new Page("Releases and tags", body);
    }

    private static List<LabelEntry> shown(List<LabelEntry> entries, int most) {
        return entries.subList(0, Math.min(most, entries.size()));
    }

    private static boolean isDraft(LabelEntry release) {
        return Labels.isDraft(MsgPackValues.decode(release.record()).asDict("release"));
    }

    private static Markup none(String text) {
        return Markup.of("<p class=\"quiet\">{}</p>", text);
    }

    private static Markup more(Links links, String parameter, List<LabelEntry> entries, int most) {
        return entries.size() <= most ? Markup.NONE : Markup.of(
                "<nav class=\"pager\" aria-label=\"More of them\"><a rel=\"next\" href=\"{}?{}={}\">Older &rarr;</a>"
                        + "</nav>",
                links.releases(), parameter, entries.get(most - 1).id());
    }

    private static Markup release(Links links, LabelEntry entry, Instant now) {
        Value.Dict record = MsgPackValues.decode(entry.record()).asDict("release");
        String title = text(record, "title");
        String channel = text(record, "channel");
        Markup badges = Markup.join(List.of(
                Markup.of("<span class=\"badge breaking\">draft</span> ").when(
                        Labels.isDraft(record)),
                Markup.of("<span class=\"badge feat\">{}</span> ", cut(channel, 40)).when(!channel.isEmpty())));
        return Markup.of("""
                <article class="release" id="release-{}"><h3><bdi>{}</bdi>{} {}</h3>
                <p class="byline">{} at <a href="{}"><code>{}</code></a> {}{}</p>{}{}</article>
                """, entry.id(), entry.tag(), title.isEmpty() || title.equals(entry.tag()) ? Markup.NONE
                        : Markup.of(" <span class=\"quiet\">{}</span>", cut(title, 200)), badges,
                age(text(record, "created_at"), now), links.commit(entry.commit()), CommitMarkup.brief(entry.commit()),
                CommitMarkup.title(CommitTitle.of(entry.title())),
                CommitMarkup.agent(cut(text(record, "agent_id"), 100), cut(text(record, "model_id"), 100)),
                notes(text(record, "body")), changelog(record));
    }

    private static Markup notes(String body) {
        return body.isBlank() ? Markup.NONE : Markup.of("<pre class=\"message\" tabindex=\"0\">{}</pre>",
                cut(body.strip(), NOTES));
    }

    /** Lines are texts, or maps with a text in one of three fields. */
    private static Markup changelog(Value.Dict record) {
        List<Markup> lines = new ArrayList<>();
        for (Value value : record.get("changelog").filter(Value.Array.class::isInstance).isPresent()
                ? record.list("changelog") : List.<Value>of()) {
            String line = switch (value) {
                case Value.Text text -> text.value();
                case Value.Dict dict -> text(dict, "message") + text(dict, "title") + text(dict, "description");
                default -> "";
            };
            if (!line.isBlank() && lines.size() < LINES) {
                lines.add(Markup.of("<li>{}</li>", cut(line, 1_000)));
            }
        }
        return lines.isEmpty() ? Markup.NONE : Markup.of("<ul>{}</ul>", lines);
    }

    private static Markup table(Links links, List<LabelEntry> tags) {
        return Markup.of("""
                <div class="scroll" tabindex="0" role="region" aria-label="Tags"><table class="list">
                <thead><tr><th scope="col">Tag</th><th scope="col">Commit</th></tr></thead><tbody>{}\
                </tbody></table></div>
                """, tags.stream().map(tag -> Markup.of(
                        "<tr><td><bdi>{}</bdi></td><td><a href=\"{}\"><code>{}</code></a> {}</td></tr>\n", tag.tag(),
                        links.commit(tag.commit()), CommitMarkup.brief(tag.commit()),
                        CommitMarkup.title(CommitTitle.of(tag.title())))).toList());
    }

    /** The client wrote the time into the record; one that cannot be read is shown as it is. */
    private static Markup age(String text, Instant now) {
        try {
            return Ages.of(OffsetDateTime.parse(text.replace(' ', 'T')).toInstant(), now);
        } catch (DateTimeException e) {
            return Markup.of("{}", cut(text, 40));
        }
    }

    /** A field that should be a text. The hub does not check the fields of a record. */
    private static String text(Value.Dict record, String field) {
        return record.get(field).orElse(Value.NULL) instanceof Value.Text text ? text.value() : "";
    }

    private static String cut(String text, int most) {
        return text.codePointCount(0, text.length()) <= most ? text
                : text.substring(0, text.offsetByCodePoints(0, most)) + "\u2026";
    }
}
