package dev.musehub.client.doctor;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.client.muse.Config;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;

/** {@code musehub doctor}: checks the way to a hub. */
public final class DoctorCommand extends Command {

    public DoctorCommand() {
        super("doctor URL", "Check the way to a hub or repository, part by part; each line says ok or what to fix.");
        option("silence", "SECONDS", "Seconds of silence that the connection must survive, at most 15 (default: 12).");
        json();
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 1, 1);
        URI url = Config.url(argument(line, 0, ""));
        boolean json = line.hasOption("json");
        List<DoctorFinding> findings = new ArrayList<>();
        boolean sound = new Doctor(url, finding -> {
            findings.add(finding);
            if (!json) {
                System.out.printf(Locale.ROOT, "%-4s %-11s %s%n", mark(finding.state()), finding.part(),
                        clean(finding.text()));
            }
        }).examine(silence(line));
        if (json) {
            printJson(Value.dict().put("url", url.toString()).put("sound", sound)
                    .put("findings", new Value.Array(findings.stream().map(DoctorFinding::toValue).toList())).build());
        }
        return sound ? ExitCode.OK : ExitCode.REMOTE;
    }

    private static int silence(CommandLine line) {
        String text = line.getOptionValue("silence", "12");
        if (!text.matches("[0-9]|1[0-5]")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "--silence is a number of seconds from 0 to 15");
        }
        return Integer.parseInt(text);
    }

    private static String mark(DoctorFinding.CheckState state) {
        return switch (state) {
            case OK -> "ok";
            case FIX -> "FIX";
            case SKIPPED -> "-";
        };
    }
}
