package dev.musehub.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** A line that breaks: forwards TCP connections, and does to one of them what it is armed with, then again nothing. */
public final class FaultProxy implements AutoCloseable {

    /** What happens to a connection once so many bytes have gone up or down. */
    public enum Kind {
        /** Both ends are reset. */
        CUT,
        /** The server sees the end of what the client sends; the answer still comes. */
        TRUNCATE,
        /** What goes up arrives, and has its effect; what comes down is lost, then both ends are closed. */
        SWALLOW,
        /** A pause. */
        DELAY,
        /** From now on nothing comes through in this direction, and nobody is told. */
        STALL,
        /** When the connection ends, all that went up is sent once more, and nobody reads the answer. */
        DUPLICATE
    }

    /** A fault to come. */
    public record Fault(Kind kind, boolean up, int afterBytes) {

        /** Any of {@code kinds}, after up to {@code most} bytes. */
        public static Fault random(RandomGenerator random, int most, Kind... kinds) {
            // Near the beginning as often as anywhere else: that is where heads and handshakes are.
            int within = random.nextInt(3) == 0 ? Math.min(most, 400) : most;
            return new Fault(kinds[random.nextInt(kinds.length)], random.nextInt(3) > 0, random.nextInt(within));
        }
    }

    private static final int STEP = 1024;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int REPLAY = 1 << 20;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger applied = new AtomicInteger();
    private Fault armed;
    private int left;
    /** Connections before this one are spared. */
    private int armedFrom;
    private int accepted;

    /** Forwards to a port of this machine. */
    public FaultProxy(int targetPort) throws IOException {
        this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
        this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("proxy").start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Replaces the fault to come. */
    public synchronized void arm(Fault fault) {
        armed = fault;
        left = fault.afterBytes();
        armedFrom = 0;
    }

    /** Replaces the fault to come by one that spares the connections there are now. */
    public synchronized void armForNewConnections(Fault fault) {
        arm(fault);
        armedFrom = accepted;
    }

    private synchronized int nextNumber() {
        return accepted++;
    }

    public synchronized void disarm() {
        armed = null;
    }

    /** How many faults have come to pass. */
    public int applied() {
        return applied.get();
    }

    /** The fault to apply before the next {@code bytes} of that direction; only one connection gets it. */
    private synchronized Fault due(int number, boolean up, int bytes) {
        if (armed == null || armed.up() != up || number < armedFrom) {
            return null;
        }
        left -= bytes;
        if (left > 0) {
            return null;
        }
        Fault due = armed;
        armed = null;
        applied.incrementAndGet();
        return due;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Link link = new Link(server.accept());
                links.add(link);
                link.start();
            } catch (IOException e) {
                // The server side is away, or this is closed.
            }
        }
    }

    /** One connection and its counterpart. */
    private final class Link {
        private final int number = nextNumber();
        private final Socket client;
        private final Socket hub = new Socket();
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private volatile boolean muted;
        private volatile boolean replay;
        private final AtomicInteger directions = new AtomicInteger(2);

        Link(Socket client) throws IOException {
            this.client = client;
            try {
                client.setTcpNoDelay(true);
                hub.setTcpNoDelay(true);
                hub.connect(target);
            } catch (IOException e) {
                client.close();
                throw e;
            }
        }

        void start() {
            Thread.ofVirtual().start(() -> pump(client, hub, true));
            Thread.ofVirtual().start(() -> pump(hub, client, false));
        }

        private void pump(Socket from, Socket to, boolean up) {
            byte[] step = new byte[STEP];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(step); n >= 0; n = in.read(step)) {
                    Fault fault = due(number, up, n);
                    int forward = fault == null ? n : Math.max(0, n - 1);
                    if (!muted || up) {
                        out.write(step, 0, forward);
                    } else {
                        throw new IOException("swallowed");
                    }
                    if (up && sent.size() < REPLAY) {
                        sent.write(step, 0, n);
                    }
                    if (fault != null && apply(fault, out, step, n)) {
                        return;
                    }
                }
                to.shutdownOutput();
            } catch (IOException e) {
                close();
            } finally {
                if (directions.decrementAndGet() == 0) {
                    close();
                }
            }
        }

        /** Does it, with the last byte of this step still to come; true where nothing more is forwarded. */
        private boolean apply(Fault fault, OutputStream out, byte[] step, int n) throws IOException {
            switch (fault.kind()) {
                case CUT -> {
                    client.setSoLinger(true, 0);
                    hub.setSoLinger(true, 0);
                    close();
                    return true;
                }
                case TRUNCATE -> {
                    (fault.up() ? hub : client).shutdownOutput();
                    return true;
                }
                case SWALLOW -> {
                    if (!fault.up()) {
                        throw new IOException("swallowed");
                    }
                    muted = true;
                }
                case STALL -> {
                    return true;
                }
                case DELAY -> pause();
                case DUPLICATE -> replay = true;
            }
            if (fault.up() || !muted) {
                out.write(step, n - 1, 1);
            }
            return false;
        }

        void close() {
            closeQuietly(client);
            closeQuietly(hub);
            if (links.remove(this) && replay) {
                replay();
            }
        }

        private void replay() {
            try (Socket again = new Socket()) {
                again.connect(target);
                again.setSoTimeout(2_000);
                again.getOutputStream().write(sent.toByteArray());
                again.shutdownOutput();
                again.getInputStream().readAllBytes();
            } catch (IOException e) {
                // Nobody is interested in the answer.
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    /** Cuts every connection, as a restart of the machine between does. */
    public void cutAll() {
        links.forEach(Link::close);
    }

    @Override
    public void close() throws IOException {
        server.close();
        cutAll();
    }
}
