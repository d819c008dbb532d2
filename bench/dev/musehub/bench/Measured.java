package dev.musehub.bench;

import dev.musehub.smoke.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Values by name, of several rounds; their medians, and rows that say whether a target is met. */
final class Measured {

    private final Map<String, List<Double>> values = new TreeMap<>();
    private final Table table = new Table("M41", "musehub", "git", "ratio", "target", "met");
    private boolean all = true;

    void add(String name, double value) {
        values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    double median(String name) {
        List<Double> sorted = values.getOrDefault(name, List.of()).stream().sorted().toList();
        if (sorted.isEmpty()) {
            throw new IllegalStateException("nothing was measured of " + name);
        }
        int n = sorted.size();
        return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }

    /** Two values and their ratio, which may be at most {@code target}. */
    void ratio(String what, String ours, String theirs, double target, String unit) {
        double ratio = median(ours) / median(theirs);
        row(what, text(ours, unit), text(theirs, unit), Table.number(ratio), "<= " + Table.number(target),
                ratio <= target);
    }

    /** A value of ours that may be at most {@code target}; git's beside it where it has one. */
    void most(String what, String ours, String theirs, double target, String unit) {
        boolean both = values.containsKey(theirs);
        row(what, text(ours, unit), both ? text(theirs, unit) : "",
                both ? Table.number(median(ours) / median(theirs)) : "", "<= " + Table.number(target) + unit,
                median(ours) <= target);
    }

    /** A value of ours that has no target of its own. */
    void plain(String what, String ours, String unit) {
        table.row(what, text(ours, unit), "", "", "", "");
    }

    private void row(String what, String ours, String theirs, String ratio, String target, boolean met) {
        table.row(what, ours, theirs, ratio, target, met ? "yes" : "no");
        all &= met;
    }

    private String text(String name, String unit) {
        return Table.number(median(name)) + unit;
    }

    Table table() {
        return table;
    }

    boolean allMet() {
        return all;
    }

    /** Every value of every round, for who doubts a median. */
    String rounds() {
        StringBuilder out = new StringBuilder();
        values.forEach((name, list) -> out.append(name).append(": ")
                .append(String.join(" ", list.stream().map(Table::number).toList())).append('\n'));
        return out.toString();
    }
}
