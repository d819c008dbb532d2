package dev.musehub.bench;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.smoke.OwnHub;
import dev.musehub.smoke.Smoke;
import dev.musehub.smoke.Workload;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * {@code make compare}: the history of M41 goes to git's server and to ours, round after round, the one that begins
 * changing; then over a slow link. Every time is that of the client's process, its start included. Each round has fresh
 * repositories; our hub, which keeps equal objects only once, is a fresh one each, and has served one small push and
 * clone.
 */
final class SideBySide {

    private static final long BITS_PER_SECOND = 100_000_000;
    private static final Duration ROUND_TRIP = Duration.ofMillis(20);
    private static final Workload WARM = Workload.of("warm", 100, 20, 2 << 10).seeded(7);

    private final ChildProcesses children;
    private final Path directory;
    private final Git git;
    private final Muse muse;
    private final Measured measured = new Measured();
    private final Path packed;
    private final Path loose;
    private final Muse.Source source;
    private final Muse.Source warm;

    private SideBySide(ChildProcesses children) throws IOException, InterruptedException {
        this.children = children;
        this.directory = children.directory();
        git = new Git(children);
        muse = new Muse(children, "");
        git.require();
        say("generating M41 for musehub and for git, loose and packed");
        source = muse.generate(Workload.M41, directory.resolve("m41"));
        warm = muse.generate(WARM, directory.resolve("warm"));
        packed = git.generate(Workload.M41, directory.resolve("m41-packed.git"));
        loose = git.loosen(packed, directory.resolve("m41-loose.git"));
        // What fast-import packs is five times as large as what git itself makes of loose objects.
        git.run(packed, "repack", "-adfq");
    }

    /** Arguments: rounds at full speed, rounds over the slow link. */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        int slow = Integer.parseInt(arguments[1]);
        Bench.run("musehub-compare", children -> {
            SideBySide sides = new SideBySide(children);
            sides.rounds(rounds, slow);
            System.out.println();
            System.out.print(sides.report(rounds > 0, slow > 0).markdown());
            System.err.println("\n" + sides.measured.rounds());
        });
    }

    private static void say(String text) {
        System.err.println("compare: " + text);
    }

    private void rounds(int rounds, int slow) throws IOException, InterruptedException {
        try (GitBackend backend = new GitBackend(children, directory)) {
            for (int round = 0; round < rounds; round++) {
                say("round " + (round + 1) + " of " + rounds);
                if (round % 2 == 0) {
                    gitRound(backend.port(), round);
                    museRound(round, "256m", "");
                    museRound(round, "2g", " 2g");
                } else {
                    museRound(round, "2g", " 2g");
                    museRound(round, "256m", "");
                    gitRound(backend.port(), round);
                }
            }
            for (int round = 0; round < slow; round++) {
                say("slow link, round " + (round + 1) + " of " + slow);
                gitSlow(backend.port(), round);
                museSlow(round);
            }
        }
    }

    /**
     * What earlier steps have left to be written must not slow the next. For the same reason nothing is deleted before
     * the end: for five minutes ext4 steps around each freed inode, which makes a clone of 10,000 files four times as
     * slow.
     */
    private void settle() throws IOException, InterruptedException {
        children.run(directory, Map.of(), Duration.ofMinutes(2), List.of("sync"));
    }

    private void gitRound(int port, int round) throws IOException, InterruptedException {
        Path remote = git.remote(directory.resolve("remote-" + round + ".git"));
        Path second = git.remote(directory.resolve("second-" + round + ".git"));
        String url = "http://127.0.0.1:" + port + "/" + remote.getFileName();
        settle();
        measured.add("git push loose", git.run(loose, "push", "-q", url, "main").seconds());
        measured.add("git disk", Muse.bytes(remote, "") / 1e6);
        settle();
        measured.add("git push packed", git.run(packed, "push", "-q", "http://127.0.0.1:" + port + "/"
                + second.getFileName(), "main").seconds());
        measured.add("git no-op", 1000 * git.run(loose, "push", "-q", url, "main").seconds());
        settle();
        measured.add("git clone", git.run(directory, "clone", "-q", url, "git-" + round).seconds());
        settle();
        measured.add("git bare", git.run(directory, "clone", "-q", "--bare", url, "bare-" + round).seconds());
        measured.add("git one", 1000 * git.run(loose, "push", "-q", url, "next:main").seconds());
    }

    /** All of it with the small heap; with the large one only the push, to see whether heap matters. */
    private void museRound(int round, String heap, String name) throws IOException, InterruptedException {
        Path home = directory.resolve("hub-" + round + name.strip());
        try (OwnHub hub = new OwnHub(children, home, heap)) {
            warmUp(hub);
            String slug = "m41-" + round + name.strip();
            String url = hub.url() + "/" + hub.owner() + "/" + slug;
            source.files().remote(slug, url);
            settle();
            long before = Muse.bytes(hub.data(), "/base/");
            Muse.Done first = muse.push(hub, source, slug);
            measured.add("push" + name, first.seconds());
            if (name.isEmpty()) {
                phases(first.answer());
                measured.add("disk", Muse.bytes(hub.data(), "/data/objects/") / 1e6);
                measured.add("disk rows", (Muse.bytes(hub.data(), "/base/") - before) / 1e6);
                small(hub, slug);
                clones(hub, url, round);
                hub.peakHeap().ifPresent(peak -> measured.add("peak heap MB", peak));
            }
        }
    }

    private void warmUp(OwnHub hub) throws IOException, InterruptedException {
        String remote = "w" + hub.pid();
        warm.files().remote(remote, hub.url() + "/" + hub.owner() + "/warm");
        muse.push(hub, warm, remote);
        muse.clone(hub, hub.url() + "/" + hub.owner() + "/warm", directory.resolve("warm-" + hub.pid()));
    }

    private void phases(Value.Dict answer) {
        Value.Dict timing = answer.dict("timing");
        measured.add("hold", Smoke.real(answer, "longest_hold_ms"));
        measured.add("finalisation", timing.entries().keySet().stream().filter(phase -> !phase.equals("receive"))
                .mapToDouble(phase -> Smoke.real(timing, phase)).sum());
        measured.add("integrity", Smoke.real(timing, "integrity"));
    }

    /** Pushes with nothing to send, and pushes of one commit. */
    private void small(OwnHub hub, String slug) throws IOException, InterruptedException {
        Muse.awaitIdle(hub);
        for (Sha256 next : source.next()) {
            int before = Muse.requests(hub, slug, 0).count();
            measured.add("no-op", 1000 * muse.push(hub, source, slug).seconds());
            int between = Muse.requests(hub, slug, 0).count();
            measured.add("no-op requests", between - before);
            source.files().move(next);
            measured.add("one", 1000 * muse.push(hub, source, slug).seconds());
            Muse.Requests one = Muse.requests(hub, slug, between);
            measured.add("one requests", one.count());
            measured.add("one hub", one.milliseconds());
        }
        source.files().move(source.base());
    }

    private void clones(OwnHub hub, String url, int round) throws IOException, InterruptedException {
        settle();
        measured.add("clone", muse.clone(hub, url, directory.resolve("clone-" + round)).seconds());
        settle();
        measured.add("bare", muse.clone(hub, url, directory.resolve("bare-clone-" + round), "--no-checkout").seconds());
    }

    private void gitSlow(int port, int round) throws IOException, InterruptedException {
        Path remote = git.remote(directory.resolve("slow-" + round + ".git"));
        try (SlowLink link = new SlowLink(port, BITS_PER_SECOND, ROUND_TRIP)) {
            String url = "http://127.0.0.1:" + link.port() + "/" + remote.getFileName();
            settle();
            measured.add("git slow push", git.run(packed, "push", "-q", url, "main").seconds());
            measured.add("git slow push MB", (link.sent() + link.received()) / 1e6);
            long before = link.sent() + link.received();
            settle();
            measured.add("git slow clone", git.run(directory, "clone", "-q", url, "slow-git-" + round).seconds());
            measured.add("git slow clone MB", (link.sent() + link.received() - before) / 1e6);
        }
    }

    private void museSlow(int round) throws IOException, InterruptedException {
        Path home = directory.resolve("hub-slow-" + round);
        try (OwnHub hub = new OwnHub(children, home, "256m");
                SlowLink link = new SlowLink(URI.create(hub.url()).getPort(), BITS_PER_SECOND, ROUND_TRIP)) {
            warmUp(hub);
            String url = "http://127.0.0.1:" + link.port() + "/" + hub.owner() + "/m41";
            source.files().remote("slow-" + round, url);
            settle();
            measured.add("slow push", muse.push(hub, source, "slow-" + round).seconds());
            measured.add("slow push MB", (link.sent() + link.received()) / 1e6);
            long before = link.sent() + link.received();
            settle();
            measured.add("slow clone", muse.clone(hub, url, directory.resolve("slow-clone-" + round)).seconds());
            measured.add("slow clone MB", (link.sent() + link.received() - before) / 1e6);
        }
    }

    private dev.musehub.smoke.Table report(boolean fast, boolean slow) {
        if (fast) {
            reportFast();
        }
        if (slow) {
            measured.ratio("100 Mbit/s, 20 ms: first push, git from a pack", "slow push", "git slow push", 1, " s");
            measured.ratio("... on the wire", "slow push MB", "git slow push MB", 1, " MB");
            measured.ratio("100 Mbit/s, 20 ms: clone", "slow clone", "git slow clone", 1, " s");
            measured.ratio("... on the wire", "slow clone MB", "git slow clone MB", 1, " MB");
        }
        return measured.table();
    }

    private void reportFast() {
        measured.ratio("first push, git from loose objects", "push", "git push loose", 0.35, " s");
        measured.ratio("first push, git from a pack", "push", "git push packed", 0.8, " s");
        measured.ratio("first push, hub with 256 MB of heap, beside one with 2 GB", "push", "push 2g", 1.1, " s");
        measured.most("push with nothing to send", "no-op", "git no-op", 150, " ms");
        measured.most("... its requests", "no-op requests", "", 1, "");
        measured.most("push of one commit", "one", "git one", 250, " ms");
        measured.most("... its time at the hub", "one hub", "", 15, " ms");
        measured.most("... its requests", "one requests", "", 4, "");
        measured.most("first push, finalisation (all phases but receive)", "finalisation", "", 300, " ms");
        measured.plain("... its integrity phase, decoding included", "integrity", " ms");
        measured.most("... longest hold of a database connection", "hold", "", 150, " ms");
        measured.ratio("clone", "clone", "git clone", 2.5, " s");
        measured.ratio("clone without files, git's bare", "bare", "git bare", 2.5, " s");
        measured.ratio("on the hub's disk, objects", "disk", "git disk", 1.5, " MB");
    }
}
