package dev.musehub.pages.files;

import dev.musehub.core.model.Value;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.jobs.JobKind;
import dev.musehub.json.JsonValues;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Numbers;
import dev.musehub.pages.charts.Chart;
import dev.musehub.pages.charts.Days;
import dev.musehub.pages.charts.Languages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The column beside the files of a repository: how to clone it, and what the jobs have counted. */
final class About {

    /** What is shown of it. */
    static final List<String> KINDS = List.of(JobKind.LANGUAGES.text(), JobKind.ACTIVITY.text(), JobKind.GROWTH.text());

    private About() {
    }

    /**
     * The whole of it.
     *
     * @param origin the scheme and host that this hub is reached at
     * @param counted JSON by kind, where something has been counted yet
     * @param files how many there are
     */
    static Markup of(Repository repository, String origin, Map<String, String> counted, int files) {
        List<Value.Dict> activity = rows(counted, JobKind.ACTIVITY);
        return Markup.of("<aside aria-label=\"About this repository\">{}{}{}{}</aside>", clone(repository, origin),
                figures(rows(counted, JobKind.GROWTH), activity, files), languages(rows(counted, JobKind.LANGUAGES)),
                activity(repository, activity));
    }

    /** What gets a copy of it; a click selects all. */
    private static Markup clone(Repository repository, String origin) {
        return Markup.of("<section aria-labelledby=\"clone\"><h2 id=\"clone\">Clone</h2>"
                + "<pre class=\"commands copy\" tabindex=\"0\">musehub clone {}</pre></section>",
                origin + Links.of(repository).base());
    }

    private static Markup figures(List<Value.Dict> growth, List<Value.Dict> activity, int files) {
        List<Markup> figures = new ArrayList<>();
        long commits = activity.stream().mapToLong(row -> row.integer("count", 0)).sum();
        if (commits > 0) {
            figures.add(figure("Commits", Numbers.count(commits)));
        }
        figures.add(figure("Files", Numbers.count(files)));
        if (!growth.isEmpty()) {
            figures.add(figure("All versions", Numbers.bytes(growth.getLast().integer("total", 0))));
        }
        return Markup.of("<dl class=\"figures\">{}</dl>", figures);
    }

    private static Markup figure(String name, String value) {
        return Markup.of("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
    }

    private static Markup languages(List<Value.Dict> rows) {
        return rows.isEmpty() ? Markup.NONE : Markup.of(
                "<section aria-labelledby=\"languages\"><h2 id=\"languages\">Languages</h2>{}</section>",
                Languages.bar(rows));
    }

    private static Markup activity(Repository repository, List<Value.Dict> rows) {
        Days days = Days.of(rows);
        List<Chart.Point> steps = days.sums(n -> Numbers.count((long) n));
        // One column would fill the chart and say nothing that the number of commits does not.
        if (steps.size() < 2) {
            return Markup.NONE;
        }
        String title = "Commits by " + days.step();
        return Markup.of("<section aria-labelledby=\"activity\"><h2 id=\"activity\"><a href=\"{}/insights\">{}</a></h2>"
                + "{}</section>", Links.of(repository).base(), title, new Markup(Chart.columns(title,
                        "from " + rows.getFirst().text("name", "") + " to " + rows.getLast().text("name", ""),
                        steps)));
    }

    private static List<Value.Dict> rows(Map<String, String> counted, JobKind kind) {
        String json = counted.getOrDefault(kind.text(), "{}");
        return JsonValues.decode(json.getBytes(StandardCharsets.UTF_8)).asDict("value").list("rows").stream()
                .map(row -> row.asDict("row")).toList();
    }
}
