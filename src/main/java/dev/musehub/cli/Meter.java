package dev.musehub.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of a command: bars on a terminal, otherwise one line per phase, nothing with {@code --json}. */
public final class Meter {

    private enum MeterStyle { BARS, LINES, NONE }

    private final MeterStyle kind;
    private final PrintStream err;

    private Meter(MeterStyle kind, PrintStream err) {
        this.kind = kind;
        this.err = err;
    }

    /** The meter on stderr. The launcher says whether that is a terminal, because Java cannot find out. */
    public static Meter ofTerminal(boolean quiet) {
        boolean terminal = Boolean.getBoolean("musehub.terminal");
        MeterStyle kind = quiet ? MeterStyle.NONE : terminal ? MeterStyle.BARS : MeterStyle.LINES;
        return new Meter(kind, System.err);
    }

    public static Meter silent() {
        return new Meter(MeterStyle.NONE, System.err);
    }

    /** Warns of something that is left undone; in each style, as the rest of the command goes on. */
    public void warn(String text) {
        err.println("musehub: warning: " + Command.clean(text));
    }

    /** A phase that is running. Safe for many threads. */
    public interface Bar extends AutoCloseable {

        default void add(long amount) { }

        /** Shows a text beside the bar. */
        default void note(String what) { }

        @Override
        default void close() { }
    }

    /** Begins a phase of {@code total} units. A unit is a noun in the singular; {@code B} is bytes. */
    public Bar bar(String phase, long total, String unit) {
        if (total == 0 || kind == MeterStyle.NONE) {
            return new Bar() { };
        }
        if (kind == MeterStyle.LINES) {
            err.println(phase + " " + (unit.equals("B") ? (total + 999_999) / 1_000_000 + " MB"
                    : Plural.of(total, unit)));
            return new Bar() { };
        }
        boolean bytes = unit.equals("B");
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(phase)
                .setInitialMax(total)
                .setUnit(bytes ? " MB" : " " + unit + "s", bytes ? 1_000_000 : 1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .setConsumer(new ConsoleProgressBarConsumer(err))
                .build();
        return new Bar() {
            @Override
            public void add(long amount) {
                bar.stepBy(amount);
            }

            @Override
            public void note(String what) {
                bar.setExtraMessage(what);
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
