package dev.musehub.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * A long line to a port of this machine: so many bytes a second in each direction, shared by all connections, and half
 * a round trip on the way; a new connection waits a whole one, as its handshake would. Counts what passes.
 */
final class SlowLink implements AutoCloseable {

    private static final int PIECE = 16 << 10;
    /** Pieces on their way at a time, per connection and direction: twice what 100 Mbit/s have under way in 20 ms. */
    private static final int ON_THE_WAY = 32;
    /** Of each socket, so that a sender feels the line before megabytes of its own are under way. */
    private static final int BUFFER = 256 << 10;

    private final ServerSocket server = new ServerSocket();
    private final int target;
    private final Duration roundTrip;
    private final Direction up;
    private final Direction down;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /** A link of {@code bitsPerSecond} each way. */
    SlowLink(int target, long bitsPerSecond, Duration roundTrip) throws IOException {
        server.setReceiveBufferSize(BUFFER);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        this.target = target;
        this.roundTrip = roundTrip;
        this.up = new Direction(bitsPerSecond / 8.0, roundTrip.toNanos() / 2);
        this.down = new Direction(bitsPerSecond / 8.0, roundTrip.toNanos() / 2);
        Thread.ofVirtual().name("link").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    long sent() {
        return up.bytes.sum();
    }

    long received() {
        return down.bytes.sum();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException e) {
                // Closed, or that one is gone already.
            }
        }
    }

    private void connect(Socket client) {
        LockSupport.parkNanos(roundTrip.toNanos());
        try {
            Socket hub = new Socket();
            hub.setReceiveBufferSize(BUFFER);
            sockets.add(client);
            sockets.add(hub);
            client.setTcpNoDelay(true);
            hub.setTcpNoDelay(true);
            hub.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            Thread.ofVirtual().start(() -> up.carry(client, hub, this));
            down.carry(hub, client, this);
        } catch (IOException e) {
            forget(client);
        }
    }

    private void forget(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // Closed is closed.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(this::forget);
    }

    /** Bytes that arrive at a time; none for the end. */
    private record Piece(byte[] bytes, long arrival) { }

    /** One direction of the line. */
    private static final class Direction {
        private final double bytesPerSecond;
        private final long delay;
        private final LongAdder bytes = new LongAdder();
        private long free;

        Direction(double bytesPerSecond, long delay) {
            this.bytesPerSecond = bytesPerSecond;
            this.delay = delay;
        }

        /** When the last of {@code n} bytes that are handed over now arrives. */
        private synchronized long book(int n) {
            free = Math.max(free, System.nanoTime()) + (long) (n / bytesPerSecond * 1e9);
            bytes.add(n);
            return free + delay;
        }

        void carry(Socket from, Socket to, SlowLink link) {
            BlockingQueue<Piece> way = new ArrayBlockingQueue<>(ON_THE_WAY);
            Thread deliverer = Thread.ofVirtual().start(() -> deliver(way, to, link));
            try {
                InputStream in = from.getInputStream();
                byte[] buffer = new byte[PIECE];
                for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                    way.put(new Piece(java.util.Arrays.copyOf(buffer, n), book(n)));
                }
            } catch (IOException | InterruptedException e) {
                // What has been handed over still arrives.
            }
            try {
                way.put(new Piece(new byte[0], System.nanoTime() + delay));
                deliverer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void deliver(BlockingQueue<Piece> way, Socket to, SlowLink link) {
            boolean broken = false;
            try {
                while (true) {
                    Piece piece = way.take();
                    for (long wait = piece.arrival() - System.nanoTime(); wait > 0;
                            wait = piece.arrival() - System.nanoTime()) {
                        LockSupport.parkNanos(wait);
                    }
                    if (piece.bytes().length == 0) {
                        if (!broken) {
                            to.shutdownOutput();
                        }
                        return;
                    }
                    // A receiver that is gone must not leave the reader waiting for room on the way.
                    broken = broken || !write(to, piece.bytes());
                }
            } catch (IOException | InterruptedException e) {
                link.forget(to);
            }
        }

        private static boolean write(Socket to, byte[] bytes) {
            try {
                OutputStream out = to.getOutputStream();
                out.write(bytes);
                return true;
            } catch (IOException e) {
                return false;
            }
        }
    }
}
