package dev.musehub.pages.changes;

import dev.musehub.diff.TextDiff;
import dev.musehub.diff.TextDiff.DiffRow;
import dev.musehub.diff.TextDiff.Hunk;
import dev.musehub.diff.TextDiff.Line;
import dev.musehub.diff.TextDiff.LineKind;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.changes.Changes.Content;
import dev.musehub.pages.changes.Changes.FileChange;
import dev.musehub.pages.changes.Changes.FileChangeKind;
import dev.musehub.pages.changes.Changes.ShownChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changed files as HTML: the list of them, and the difference of each, one below the other or side by side. */
public final class DiffView {

    private final DiffLinks links;

    DiffView(DiffLinks links) {
        this.links = links;
    }

    /** All of it. */
    Markup of(ShownChanges shown) {
        if (shown.total() == 0) {
            return Markup.of("<p class=\"quiet\">No file differs.</p>");
        }
        List<Markup> files = new ArrayList<>();
        for (int i = 0; i < Math.min(shown.files().size(), Changes.COMPARED); i++) {
            files.add(file(shown.files().get(i), i));
        }
        return Markup.of("{}<div class=\"diffs\">{}</div>", list(shown), files);
    }

    private Markup list(ShownChanges shown) {
        List<Markup> rows = new ArrayList<>();
        for (int i = 0; i < shown.files().size(); i++) {
            FileChange file = shown.files().get(i);
            String link = i < Changes.COMPARED ? "#file-" + (i + 1) : links.file(file.path());
            rows.add(Markup.of("<li>{} <a href=\"{}\">{}</a>{}</li>", badge(file.how()), link, name(file),
                    counts(file.content())));
        }
        int hidden = shown.total() - shown.files().size();
        return Markup.of("""
                <details class="changed" {}><summary>{} changed <span class="plus">+{}</span> \
                <span class="minus">&minus;{}</span>{}</summary><ul>{}</ul>{}</details>
                """, new Markup(shown.files().size() <= 30 ? "open" : ""),
                Numbers.count(shown.total(), "file"), shown.added(), shown.deleted(),
                // The lines of the others are not known; a total without them would be a wrong one.
                Markup.of(" in the {} compared here", Numbers.count(shown.counted(), "file"))
                        .when(shown.counted() < shown.total() && shown.files().size() > 1), rows,
                Markup.of("<p class=\"quiet\">and {} more</p>", hidden).when(hidden > 0));
    }

    private static Markup badge(FileChangeKind how) {
        return switch (how) {
            case ADDED -> Markup.of("<abbr class=\"how plus\" title=\"added\">A</abbr>");
            case DELETED -> Markup.of("<abbr class=\"how minus\" title=\"deleted\">D</abbr>");
            case CHANGED -> Markup.of("<abbr class=\"how\" title=\"changed\">M</abbr>");
            case RENAMED -> Markup.of("<abbr class=\"how\" title=\"renamed\">R</abbr>");
        };
    }

    /** A path; no character in it can make it look like another path. */
    private static Markup path(String path) {
        StringBuilder out = new StringBuilder("<bdi>");
        CodeText.append(out, path, List.of());
        return new Markup(out.append("</bdi>").toString());
    }

    private static Markup name(FileChange file) {
        return file.how() == FileChangeKind.RENAMED ? Markup.of("{} &rarr; {}", path(file.oldPath()), path(file.path()))
                : path(file.path());
    }

    private static Markup counts(Content content) {
        return content instanceof Content.TextContent(TextDiff diff)
                ? Markup.of(" <span class=\"plus\">+{}</span> <span class=\"minus\">&minus;{}</span>", diff.added(),
                        diff.deleted())
                : Markup.NONE;
    }

    private Markup file(FileChange file, int index) {
        return Markup.of("""
                <section class="file" id="file-{}" aria-labelledby="name-{}">
                <h3><span id="name-{}">{} {}{}</span>{}</h3>
                {}</section>
                """, index + 1, index + 1, index + 1, badge(file.how()), name(file), counts(file.content()),
                file.after().isEmpty() ? Markup.NONE
                        : Markup.of(" <a class=\"whole\" href=\"{}\">Whole file</a>", links.page(file.path())),
                content(file));
    }

    private Markup content(FileChange file) {
        return switch (file.content()) {
            case Content.TextContent(TextDiff diff) when diff.hunks().isEmpty() ->
                Markup.of("<p class=\"quiet\">An empty file.</p>");
            case Content.TextContent(TextDiff diff) -> links.split() ? split(diff) : unified(diff);
            case Content.Image _ -> images(file);
            case Content.Same _ -> Markup.of("<p class=\"quiet\">Renamed without changes.</p>");
            case Content.Binary(long before, long after) ->
                Markup.of("<p class=\"quiet\">Binary file: {}. {}</p>", sizes(file, before, after), raw(file));
            case Content.Huge(long before, long after) ->
                Markup.of("<p class=\"quiet\">Too large to compare here: {}. {}</p>", sizes(file, before, after),
                        raw(file));
            case Content.Deferred _ ->
                Markup.of("<p class=\"quiet\">A large difference: <a href=\"{}\">show it</a>.</p>",
                        links.file(file.path()));
            case Content.Unreadable _ ->
                Markup.of("<p class=\"problem\">The hub cannot read this file; its operator should run fsck.</p>");
        };
    }

    private static String sizes(FileChange file, long before, long after) {
        return switch (file.how()) {
            case ADDED -> Numbers.bytes(after);
            case DELETED -> Numbers.bytes(before) + ", deleted";
            case CHANGED, RENAMED -> Numbers.bytes(before) + " before, " + Numbers.bytes(after) + " after";
        };
    }

    private Markup raw(FileChange file) {
        Markup before = file.before().isEmpty() ? Markup.NONE
                : Markup.of("<a href=\"{}\">Before</a> ", links.before(file.oldPath()));
        Markup after = file.after().isEmpty() ? Markup.NONE
                : Markup.of("<a href=\"{}\">After</a>", links.after(file.path()));
        return Markup.join(List.of(before, after));
    }

    private Markup images(FileChange file) {
        return Markup.of("<div class=\"images\">{}{}</div>",
                image(file.before().map(_ -> links.before(file.oldPath())), "before"),
                image(file.after().map(_ -> links.after(file.path())), "after"));
    }

    private static Markup image(Optional<String> address, String when) {
        return address.map(a -> Markup.of("""
                <figure><figcaption>{}</figcaption><a href="{}"><img src="{}" alt="The picture {}" loading="lazy"></a>\
                </figure>""", when, a, a, when)).orElse(Markup.NONE);
    }

    private static Markup unified(TextDiff diff) {
        StringBuilder out = new StringBuilder(4096);
        out.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Difference\">")
                .append("<table class=\"diff unified\"><tbody>");
        for (Hunk hunk : diff.hunks()) {
            out.append("<tr class=\"hunk\"><td colspan=\"3\">").append(hunk.header()).append("</td></tr>\n");
            for (Line line : hunk.lines()) {
                out.append(line.kind() == LineKind.ADDED ? "<tr class=\"add\"><td>"
                        : line.kind() == LineKind.DELETED ? "<tr class=\"del\"><td>" : "<tr><td>");
                out.append(line.before() > 0 ? line.before() : "").append("</td><td>")
                        .append(line.after() > 0 ? line.after() : "").append("</td><td>");
                code(out, line);
                out.append("</td></tr>\n");
            }
        }
        return new Markup(out.append("</tbody></table></div>").toString());
    }

    private static Markup split(TextDiff diff) {
        StringBuilder out = new StringBuilder(4096);
        out.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Difference, side by side\">")
                .append("<table class=\"diff split\"><colgroup><col class=\"number\"><col><col class=\"number\"><col>")
                .append("</colgroup><tbody>");
        for (Hunk hunk : diff.hunks()) {
            out.append("<tr class=\"hunk\"><td colspan=\"4\">").append(hunk.header()).append("</td></tr>\n");
            for (DiffRow row : hunk.rows()) {
                out.append("<tr>");
                cell(out, row.before(), true);
                cell(out, row.after(), false);
                out.append("</tr>\n");
            }
        }
        return new Markup(out.append("</tbody></table></div>").toString());
    }

    private static void cell(StringBuilder out, Optional<Line> side, boolean left) {
        if (side.isEmpty()) {
            out.append("<td class=\"gap\"></td><td class=\"gap\"></td>");
            return;
        }
        Line line = side.get();
        String kind = line.kind() == LineKind.SAME ? "" : left ? " class=\"del\"" : " class=\"add\"";
        out.append("<td").append(kind).append('>').append(left ? line.before() : line.after()).append("</td><td")
                .append(kind).append('>');
        code(out, line);
        out.append("</td>");
    }

    /** The sign is a character, not only a colour. */
    private static void code(StringBuilder out, Line line) {
        out.append("<code><span class=\"sign\">").append(line.kind() == LineKind.ADDED ? '+'
                : line.kind() == LineKind.DELETED ? '-' : ' ').append("</span>");
        CodeText.append(out, line.text(), line.marks());
        out.append("</code>");
        if (!line.ended()) {
            out.append("<i class=\"ctl\">no line break at the end</i>");
        }
    }
}
