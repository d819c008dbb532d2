package dev.musehub.bench;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.files.FileTrees;
import dev.musehub.json.JsonValues;
import dev.musehub.smoke.ChildProcesses;
import dev.musehub.smoke.OwnHub;
import dev.musehub.smoke.Table;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code make crowd STRANGERS=16}: 4 clients push at once to a hub with a heap of 256 MB, alone and beside slow
 * strangers. A stranger has no token, or one that opens only a repository of his own. He sends much at once, as much as
 * made the hub hold memory for it, and then 700 bytes a second. What is guarded: design.md, I9.
 */
final class Strangers implements AutoCloseable {

    private static final int PUSHERS = 4;
    private static final int ROUNDS = 3;
    private static final int DRIP = 700;
    private static final double TARGET = 2;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final OwnHub hub;
    private final String token;
    private final List<Thread> threads = new ArrayList<>();

    private Strangers(OwnHub hub, String token) {
        this.hub = hub;
        this.token = token;
    }

    /** Arguments: strangers, objects that each client pushes. */
    public static void main(String[] arguments) throws Exception {
        int strangers = Integer.parseInt(arguments[0]);
        Bench.run("musehub-strangers", children -> {
            try (OwnHub hub = new OwnHub(children, children.directory().resolve("hub"), "256m")) {
                Crowd crowd = new Crowd(children, hub, Crowd.shape(Integer.parseInt(arguments[1])));
                measure(children, hub, crowd, strangers);
            }
        });
    }

    private static void measure(ChildProcesses children, OwnHub hub, Crowd crowd, int strangers) throws Exception {
        operator(children, hub, "user", "add", "stranger");
        String token = JsonValues.decode(operator(children, hub, "token", "add", "stranger", "--json")
                .getBytes(StandardCharsets.UTF_8)).asDict("token").text("token", "");
        pushers(crowd, "warm");
        children.run(children.directory(), Map.of("MUSE_TOKEN", hub.token(), "HOME", children.directory().toString()),
                LIMIT, ChildProcesses.musehub("repo", "set", hub.url() + "/" + hub.owner() + "/warm-0", "public=true"))
                .checked("making a repository public");
        Table table = new Table("round", "alone s", "beside " + strangers + " strangers s", "ratio", "target", "met");
        List<Double> ratios = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            System.err.println("strangers: round " + round + " of " + ROUNDS);
            double alone = pushers(crowd, "alone" + round);
            try (Strangers slow = new Strangers(hub, token)) {
                slow.begin(strangers);
                double beside = pushers(crowd, "beside" + round);
                ratios.add(beside / alone);
                table.row(round, alone, beside, beside / alone, "", "");
            }
        }
        double median = ratios.stream().sorted().toList().get(ROUNDS / 2);
        table.row("median", "", "", median, "<= " + TARGET, median <= TARGET ? "yes" : "no");
        System.out.println();
        System.out.print(table.markdown());
        crowd.requireNoFailure();
    }

    private static String operator(ChildProcesses children, OwnHub hub, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--data", hub.data().toString()));
        return children.run(children.directory(), Map.of(), LIMIT, ChildProcesses.musehub(all.toArray(String[]::new)))
                .checked(String.join(" ", command));
    }

    private static double pushers(Crowd crowd, String name) throws Exception {
        List<Path> sources = new ArrayList<>();
        for (int i = 0; i < PUSHERS; i++) {
            sources.add(crowd.source(name + "-" + i, "main"));
        }
        double seconds = crowd.pushAll(sources);
        for (Path source : sources) {
            FileTrees.delete(source);
        }
        return seconds;
    }

    /** Returns when each has sent what he sends at once. */
    private void begin(int strangers) throws InterruptedException {
        CountDownLatch slow = new CountDownLatch(strangers);
        for (int i = 0; i < strangers; i++) {
            byte[] first = first(i);
            threads.add(Thread.ofVirtual().start(() -> sendAgainAndAgain(first, slow)));
        }
        slow.await();
    }

    /** Whoever is ended comes back. */
    private void sendAgainAndAgain(byte[] first, CountDownLatch slow) {
        URI url = URI.create(hub.url());
        while (!Thread.currentThread().isInterrupted()) {
            try (Socket socket = new Socket(url.getHost(), url.getPort())) {
                OutputStream out = socket.getOutputStream();
                out.write(first);
                slow.countDown();
                while (true) {
                    out.write(new byte[DRIP]);
                    Thread.sleep(1000);
                }
            } catch (IOException e) {
                slow.countDown();
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Every fourth sends a question without a token, one with a token, an object, or many objects. */
    private byte[] first(int number) {
        String auth = "Authorization: Bearer " + token + "\r\n";
        String push = "POST /stranger/own" + number + "/push/stream HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n"
                + auth + "\r\n";
        String question = "Host: h\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n"
                + " ".repeat(300_000);
        return switch (number % 4) {
            case 0 -> bytes("POST /" + hub.owner() + "/warm-0/fetch HTTP/1.1\r\n" + question);
            case 1 -> bytes("POST /" + hub.owner() + "/warm-0/fetch HTTP/1.1\r\n" + auth + question);
            case 2 -> both(bytes(push), frames(number, 1, 30 << 20, 8 << 20));
            default -> both(bytes(push), frames(number, 15, 1 << 19, 15 * (1 << 19)));
        };
    }

    /** The beginning of a stream with so many objects. */
    private static byte[] frames(int seed, int objects, int size, int bytes) {
        Random random = new Random(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            FrameWriter frames = new FrameWriter(out);
            frames.write(new Frame.Header(Frame.VERSION, "main", Optional.empty(), false, new Lease.None(), objects, 0,
                    0, "strangers", "", "code"));
            for (int i = 0; i < objects; i++) {
                byte[] noise = new byte[size];
                random.nextBytes(noise);
                frames.write(new Frame.ObjectFrame(Sha256.of(noise), Frame.Encoding.RAW, size,
                        noise));
            }
            frames.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return Arrays.copyOf(out.toByteArray(), bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] both(byte[] head, byte[] body) {
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        return all;
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        threads.forEach(thread -> {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
