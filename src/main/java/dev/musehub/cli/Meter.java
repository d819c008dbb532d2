package dev.musehub.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a command is: bars on a terminal, one plain line per phase elsewhere, nothing with {@code --json}. */
public final class Meter {

    private enum MeterStyle { BARS, LINES, NONE }

    private final MeterStyle kind;
    private final PrintStream err;

    private Meter(MeterStyle kind, PrintStream err) {
        this.kind = kind;
        this.err = err;
    }

    /** The meter for stderr; the launcher knows whether that is a terminal, Java does not. */
    public static Meter ofTerminal(boolean quiet) {
        MeterStyle kind = quiet ? MeterStyle.NONE : Boolean.getBoolean("musehub.terminal") ? MeterStyle.BARS
                : MeterStyle.LINES;
        return new Meter(kind, System.err);
    }

    public static Meter silent() {
        return new Meter(MeterStyle.NONE, System.err);
    }

    /** One phase under way. Safe for many threads. */
    public interface Bar extends AutoCloseable {

        void add(long amount);

        /** Says what is going on beside the counting. */
        void note(String what);

        @Override
        void close();
    }

    /** Begins a phase of {@code total} units; {@code unit} {@code B} counts bytes. */
    public Bar bar(String phase, long total, String unit) {
        if (total == 0 || kind == MeterStyle.NONE) {
            return new NoBar();
        }
        if (kind == MeterStyle.LINES) {
            err.println(phase + " " + (unit.equals("B") ? (total + 999_999) / 1_000_000 + " MB" : total + " " + unit));
            return new NoBar();
        }
        boolean bytes = unit.equals("B");
        ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(phase)
                .setInitialMax(total)
                .setUnit(bytes ? " MB" : " " + unit, bytes ? 1_000_000 : 1)
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

    private static final class NoBar implements Bar {
        @Override
        public void add(long amount) {
            // Not shown.
        }

        @Override
        public void note(String what) {
            // Not shown.
        }

        @Override
        public void close() {
            // Nothing to end.
        }
    }
}
