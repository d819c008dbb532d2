package dev.musehub.client;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;

/** Kept-alive connections to one host, for the next exchange. Safe for many threads. */
final class Connections implements AutoCloseable {

    private final URI host;
    private final Deque<HttpConnection> idle = new ArrayDeque<>();

    Connections(URI host) {
        this.host = host;
    }

    /** A connection, kept or new; a kept one may have been closed by the other side meanwhile. */
    HttpConnection take() {
        HttpConnection kept;
        synchronized (idle) {
            kept = idle.poll();
        }
        return kept != null ? kept : HttpConnection.open(host);
    }

    /** Keeps a connection for the next exchange, or closes it where its last one did not end well. */
    void giveBack(HttpConnection connection, boolean ended) {
        if (ended && connection.reusable()) {
            synchronized (idle) {
                idle.push(connection);
            }
        } else {
            connection.close();
        }
    }

    @Override
    public void close() {
        synchronized (idle) {
            idle.forEach(HttpConnection::close);
            idle.clear();
        }
    }
}
