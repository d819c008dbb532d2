package dev.musehub.client.hub;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Kept-alive connections to one host, for the next exchange. Safe for many threads. */
final class Connections implements AutoCloseable {

    /** A hub closes what is idle for 30 s, proxies do sooner or later; a request on such a connection would fail. */
    private static final Duration IDLE = Duration.ofSeconds(5);

    private final URI host;
    private final Deque<IdleConnection> idle = new ArrayDeque<>();

    private record IdleConnection(HttpConnection connection, long since) { }

    Connections(URI host) {
        this.host = host;
    }

    /** A connection, kept or new. */
    HttpConnection take() {
        synchronized (idle) {
            if (!idle.isEmpty() && System.nanoTime() - idle.peek().since() < IDLE.toNanos()) {
                return idle.poll().connection();
            }
            // The one given back last is too old: so are all.
            close();
        }
        return HttpConnection.open(host);
    }

    /** Keeps a connection for the next exchange, or closes it where its last one did not end well. */
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
