package dev.musehub.pages;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows.SignatureState;
import dev.musehub.pages.queries.CommitList.CommitEntry;
import dev.musehub.pages.queries.CommitTitle;
import dev.musehub.pages.queries.CommitTitle.Bump;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The parts of a commit as HTML, a commit in one line, and lists of commits. */
public final class CommitMarkup {

    /** Hex digits of a shortened id. */
    public static final int BRIEF = 12;

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu", Locale.ENGLISH);

    private CommitMarkup() {
    }

    /** The first digits of an id. */
    public static String brief(Sha256 id) {
        return id.hex().substring(0, BRIEF);
    }

    /** The title, with its type and scope apart from the words. */
    public static Markup title(CommitTitle title) {
        Markup type = title.type().map(t -> Markup.of("<span class=\"type\">{}</span> ", t)).orElse(Markup.NONE);
        Markup scope = title.scope().map(s -> Markup.of("<span class=\"scope\">{}</span> ", s)).orElse(Markup.NONE);
        return Markup.of("{}{}{}", type, scope, title.text().isEmpty() ? "(no message)" : title.text());
    }

    /** The title as a link to {@code address}, with its badge. */
    public static Markup title(CommitEntry commit, String address) {
        CommitTitle title = CommitTitle.of(commit.title());
        return Markup.of("<a class=\"subject\" href=\"{}\">{}</a> {}", address, title(title),
                bump(title.bump(commit.bump(), commit.breaking())));
    }

    /** The badge that says what a commit means for the version. */
    public static Markup bump(Bump bump) {
        return switch (bump) {
            case NONE -> Markup.NONE;
            case BREAKING -> Markup.of("<span class=\"badge breaking\" title=\"a major version\">BREAKING</span> ");
            case FEAT -> Markup.of("<span class=\"badge feat\" title=\"a minor version\">FEAT</span> ");
            case FIX -> Markup.of("<span class=\"badge fix\" title=\"a patch version\">FIX</span> ");
        };
    }

    /** The badge of a signature. Only a verified one gets the check mark. */
    public static Markup signature(SignatureState state, Optional<String> signer) {
        return switch (state) {
            case NONE -> Markup.NONE;
            case VERIFIED -> Markup.of("<span class=\"badge verified\" title=\"signed with a key of {}\">&#x2713;"
                    + " Verified</span> ", signer.orElse("a former user"));
            case UNKNOWN_KEY -> Markup.of("<span class=\"badge\" title=\"by a key that nobody here has registered\">"
                    + "Signed, key unknown</span> ");
            case INVALID -> Markup.of("<span class=\"badge breaking\" title=\"the key it names did not make it\">"
                    + "&#x2717; Signature wrong</span> ");
            case UNVERIFIABLE -> Markup.of("<span class=\"badge\" title=\"of a kind that only its maker can check\">"
                    + "Signed, not checkable</span> ");
        };
    }

    /** The name of an author. */
    public static Markup author(String name) {
        return name.isEmpty() ? Markup.of("<span class=\"quiet\">no author</span>")
                : Markup.of("<bdi class=\"author\">{}</bdi>", name);
    }

    /** The agent and the model that made a commit, if any did. */
    public static Markup agent(String agent, String model) {
        if (agent.isEmpty() && model.isEmpty()) {
            return Markup.NONE;
        }
        String name = agent.isEmpty() ? model : model.isEmpty() ? agent : agent + " (" + model + ")";
        return Markup.of(" &middot; by agent <bdi class=\"agent\">{}</bdi>", name);
    }

    /** A commit in one line. */
    public static Markup line(Links links, CommitEntry commit, Instant now) {
        return Markup.of("<span class=\"what\">{}</span> <span class=\"who quiet\">{} &middot; {} "
                + "<a href=\"{}\"><code>{}</code></a></span>", title(commit, links.commit(commit.id())),
                author(commit.author()), Ages.of(commit.at(), now), links.commit(commit.id()), brief(commit.id()));
    }

    /** Commits in the order given, with a heading for each day. */
    public static Markup byDay(Links links, List<CommitEntry> entries) {
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

    /** Commits under one heading. */
    public static Markup list(String heading, Links links, List<CommitEntry> entries) {
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
                """, links.commit(entry.id()), title(title),
                bump(title.bump(entry.bump(), entry.breaking())), labels(links, entry),
                signature(entry.signature(), entry.signer()),
                Markup.of("<span class=\"badge\">merge</span> ").when(entry.merge()),
                author(entry.author()), agent(entry.agent(), entry.model()),
                Ages.of(entry.at(), now), links.commit(entry.id()), brief(entry.id()));
    }

    private static Markup labels(Links links, CommitEntry entry) {
        List<Markup> labels = new ArrayList<>();
        entry.branches().forEach(name -> labels.add(Markup.of(
                "<a class=\"badge branch\" href=\"{}\"><bdi>{}</bdi></a> ", links.commits(name), name)));
        entry.tags().forEach(name -> labels.add(Markup.of("<span class=\"badge tag\"><bdi>{}</bdi></span> ", name)));
        return Markup.join(labels);
    }
}
