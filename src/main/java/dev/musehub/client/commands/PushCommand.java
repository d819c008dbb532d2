package dev.musehub.client.commands;

import dev.musehub.cli.Command;
import dev.musehub.cli.ExitCode;
import dev.musehub.cli.Meter;
import dev.musehub.cli.Plural;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.RemoteRepository;
import dev.musehub.client.hub.Traffic;
import dev.musehub.client.muse.UserKey;
import dev.musehub.client.transfer.PlanView;
import dev.musehub.client.transfer.Push;
import dev.musehub.client.transfer.PushRequest;
import dev.musehub.client.transfer.UploadSpeed;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code musehub push}. */
public final class PushCommand extends Command {

    public PushCommand() {
        super("push [REMOTE] [BRANCH]", "Send a branch to a hub, which creates a repository of your own if needed.");
        flag("f", "force", "Move the remote branch even if it loses commits.");
        flag("u", "set-upstream", "Store the branch in the configuration as upstream of the remote.");
        option("expect", "ID", "Push only if the remote branch is at this commit, or 'none' for no branch (a lease).");
        flag("s", "sign", "Sign the new commits with your Ed25519 key.");
        flag("d", "delete", "Delete the branch at the remote; push nothing.");
        flag(null, "direct", "Upload all objects directly to the object store of the hub.");
        flag(null, "stream", "Send all objects through the hub.");
        flag(null, "plan", "Show what would be sent, how, and how long it may take; send nothing.");
        flag(null, "timings", "Print how long each phase took.");
        json();
    }

    @Override
    protected int run(CommandLine line) throws IOException {
        arguments(line, 0, 2);
        long start = System.nanoTime();
        RemoteRepository ends = RemoteRepository.here(argument(line, 0, "origin"));
        String branch = ends.local().branchOr(line.getArgList().stream().skip(1).findFirst());
        boolean json = line.hasOption("json");
        if (line.hasOption("delete")) {
            if (line.getArgList().size() < 2) {
                throw new Problem(Problem.Code.BAD_REQUEST, "name the remote and the branch to delete: musehub push"
                        + " --delete " + ends.remote().name() + " BRANCH");
            }
            return delete(ends, branch, json);
        }
        boolean plan = line.hasOption("plan");
        PushRequest request = new PushRequest(ends.remote().name(), branch, line.hasOption("force"), lease(line),
                way(line), line.hasOption("sign") && !plan ? Optional.of(UserKey.ofUser()) : Optional.empty());
        if (plan) {
            return plan(ends, request, json);
        }
        Push.PushOutcome outcome;
        try (HubClient hub = ends.connect()) {
            outcome = new Push(ends.local(), hub, Meter.ofTerminal(json)).run(request);
        } catch (Problem e) {
            throw e.code() == Problem.Code.NOT_FAST_FORWARD ? advised(e) : e;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        new UploadSpeed(ends).note(outcome.bytes(), seconds);
        if (line.hasOption("set-upstream")) {
            ends.config().setUpstream(ends.remote().name(), branch);
        }
        if (json) {
            printJson(json(branch, outcome, seconds));
        } else {
            print(branch, outcome, seconds, line.hasOption("timings"));
            tellAddress(outcome, ends.remote().url());
        }
        return ExitCode.OK;
    }

    /** Says how to merge what the remote has. Its commit is not here yet. */
    private static Problem advised(Problem e) {
        Optional<Sha256> theirs = e.details().get("actual").filter(Value.Text.class::isInstance)
                .map(id -> id.asId("actual"));
        Problem advised = new Problem(e.code(), e.getMessage() + theirs.map(id -> ". " + PullCommand.merge(id)
                .replaceFirst("muse branch", "musehub fetch; muse branch")).orElse(""), e);
        e.details().entries().forEach(advised::with);
        return advised;
    }

    private static void tellAddress(Push.PushOutcome outcome, String url) {
        if (outcome.created()) {
            System.out.println("created the private repository " + clean(url));
        } else if (outcome.result().isPresent()) {
            System.out.println("see " + clean(url));
        }
    }

    private static int plan(RemoteRepository ends, PushRequest request, boolean json) {
        Optional<Push.Planned> planned;
        try (HubClient hub = ends.connect()) {
            planned = new Push(ends.local(), hub, Meter.ofTerminal(json)).plan(request);
        }
        Optional<UploadSpeed.Estimate> pace = planned.flatMap(plan -> new UploadSpeed(ends).estimate(plan.bytes()));
        if (json) {
            printJson(PlanView.value(request.branch(), planned, pace));
        } else {
            System.out.print(clean(PlanView.text(request.branch(), planned, pace)));
        }
        return ExitCode.OK;
    }

    private static int delete(RemoteRepository ends, String branch, boolean json) {
        Sha256 old;
        try (HubClient hub = ends.connect()) {
            old = hub.deleteBranch(branch);
        }
        ends.local().forgetRemoteHead(ends.remote().name(), branch);
        if (json) {
            printJson(Value.dict().put("branch", branch).put("deleted", old.hex()).build());
        } else {
            System.out.println("deleted " + clean(branch) + " at " + ends.remote().name() + ", it was at "
                    + brief(old));
        }
        return ExitCode.OK;
    }

    private static PushRequest.Way way(CommandLine line) {
        if (line.hasOption("direct") && line.hasOption("stream")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "use --direct or --stream, not both");
        }
        return line.hasOption("direct") ? PushRequest.Way.DIRECT
                : line.hasOption("stream") ? PushRequest.Way.STREAM : PushRequest.Way.EITHER;
    }

    private static Lease lease(CommandLine line) {
        String expect = line.getOptionValue("expect");
        if (expect == null) {
            return new Lease.None();
        }
        return expect.equals("none") ? new Lease.Unborn()
                : new Lease.At(Sha256.require(expect.startsWith("sha256:") ? expect : "sha256:" + expect, "--expect"));
    }

    private static void print(String branch, Push.PushOutcome outcome, double seconds, boolean timings) {
        if (outcome.healed() > 0) {
            System.out.println("the hub had lost " + Plural.of(outcome.healed(), "object") + "; restored");
        }
        if (outcome.result().isEmpty()) {
            System.out.println("Everything up to date: " + clean(branch) + " is at " + brief(outcome.head())
                    + (outcome.labels() > 0 ? ", " + (outcome.labels() == 1 ? "1 tag or release"
                    : outcome.labels() + " tags and releases") + " sent" : ""));
            return;
        }
        Frame.Result result = outcome.result().get();
        System.out.printf(Locale.ROOT, "%s %s -> %s%s: %s, %s, %s (%.1f MB) in %.2f s%n",
                clean(branch), result.old().map(Command::brief).orElse("(new)"), brief(outcome.head()),
                outcome.forced() ? " (forced)" : "", Plural.of(result.commits(), "commit"),
                Plural.of(result.snapshots(), "snapshot"), Plural.of(outcome.objects(), "object"),
                outcome.bytes() / 1e6, seconds);
        result.warnings().forEach(warning -> System.err.println("musehub: warning: " + clean(warning)));
        if (timings) {
            result.timing().forEach((phase, ms) -> System.out.printf(Locale.ROOT, "  %-12s %8.1f ms%n", phase, ms));
            System.out.printf(Locale.ROOT, "  longest hold of a database connection: %.1f ms%n",
                    result.longestHoldMillis());
            System.out.printf(Locale.ROOT, "  on the wire: %.2f MB sent, %.2f MB received%n", Traffic.sent() / 1e6,
                    Traffic.received() / 1e6);
        }
    }

    private static Value json(String branch, Push.PushOutcome outcome, double seconds) {
        Value.Builder out = Value.dict().put("branch", branch).put("head", outcome.head().hex())
                .put("up_to_date", outcome.result().isEmpty())
                .put("objects", outcome.objects()).put("bytes", outcome.bytes())
                .put("healed", outcome.healed()).put("created", outcome.created())
                .put("forced", outcome.forced())
                .put("sent", Traffic.sent()).put("received", Traffic.received())
                .put("seconds", new Value.Real(seconds));
        outcome.result().ifPresent(result -> {
            Value.Builder timing = Value.dict();
            for (Map.Entry<String, Double> phase : result.timing().entrySet()) {
                timing.put(phase.getKey(), new Value.Real(phase.getValue()));
            }
            out.put("old", result.old().<Value>map(id -> new Value.Text(id.hex())).orElse(Value.NULL))
                    .put("commits", result.commits()).put("snapshots", result.snapshots())
                    .put("stored", result.stored()).put("skipped", result.skipped())
                    .put("timing", timing.build())
                    .put("longest_hold_ms", new Value.Real(result.longestHoldMillis()));
        });
        return out.build();
    }
}
