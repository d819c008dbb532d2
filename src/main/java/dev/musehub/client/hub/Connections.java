package dev.musehub.client.hub;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Keeps connections to one host open for the next exchange. Safe for many threads. */
final class Connections implements AutoCloseable {

    /** A hub closes connections that are idle for 30 s, and proxies may be faster. A request on a closed one fails. */
    private static final Duration IDLE = Duration.ofSeconds(5);

    private final URI host;
    private final Deque<IdleConnection> idle = new ArrayDeque<>();

    private record IdleConnection(HttpConnection connection, long since) { }

    Connections(URI host) {
        this.host = host;
    }

    /** A kept connection, or a new one. */
    HttpConnection take() {
        synchronized (idle) {
            if (!idle.isEmpty() && System.nanoTime() - idle.peek().since() < IDLE.toNanos()) {
                return idle.poll().connection();
            }
            // The last one given back is too old, so the others are too.
            close();
        }
        return HttpConnection.open(host);
    }

    /** Keeps a connection for the next exchange, or closes it if its last exchange failed. */
    void giveBack(HttpConnection connection, boolean ended) {
        if (ended && connection.reusable()) {
            synchronized (idle) {
                idle.push(new IdleConnection(connection, System.nanoTime()));
            }
        } else {
            connection.close();
        }
    }

    @Override
    public void close() {
        synchronized (idle) {
            idle.forEach(kept -> kept.connection().close());
            idle.clear();
        }
    }
}
