package dev.musehub.postgres;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/** Parts that were opened one after another. Closing it closes them in the opposite order. Confined to one thread. */
public final class Opened implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    /** Adds {@code part}, and returns it. */
    public <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() throws IOException {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
