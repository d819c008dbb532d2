package dev.musehub.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A reverse proxy before one hub or several, as nginx is one: requests go round to those that accept a connection, are
 * marked as forwarded, and are no longer forwarded once their answer has begun. One request a connection.
 */
public final class HttpRelay implements AutoCloseable {

    private final ServerSocket server;
    private final List<URI> hubs;
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public HttpRelay(List<URI> hubs) {
        this.hubs = new CopyOnWriteArrayList<>(hubs);
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Its address. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client; Socket hub = connect()) {
            open.add(hub);
            try {
                relay(client, hub);
            } finally {
                open.remove(hub);
            }
        } catch (IOException e) {
            // One side is gone; the other notices by the close.
        } finally {
            open.remove(client);
        }
    }

    /** The next hub whose turn it is and that answers. */
    private Socket connect() throws IOException {
        IOException last = new IOException("there is no hub");
        int first = turn.getAndIncrement();
        for (int i = 0; i < hubs.size(); i++) {
            URI hub = hubs.get(Math.floorMod(first + i, hubs.size()));
            try {
                return new Socket(hub.getHost(), hub.getPort());
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static void relay(Socket client, Socket hub) throws IOException {
        hub.getOutputStream().write(head(client.getInputStream(), "X-Forwarded-For: 127.0.0.1\r\n"));
        AtomicBoolean answered = new AtomicBoolean();
        Thread.ofVirtual().start(() -> pump(client, hub, answered));
        InputStream answer = new BufferedInputStream(hub.getInputStream());
        OutputStream out = client.getOutputStream();
        byte[] head = head(answer, "");
        // What nginx does: an answer is the end of the request.
        answered.set(true);
        out.write(head);
        answer.transferTo(out);
    }

    private static void pump(Socket client, Socket hub, AtomicBoolean answered) {
        byte[] piece = new byte[1 << 14];
        try {
            InputStream in = client.getInputStream();
            for (int n = in.read(piece); n > 0 && !answered.get(); n = in.read(piece)) {
                hub.getOutputStream().write(piece, 0, n);
            }
        } catch (IOException e) {
            // The answer's side tells the client.
        }
    }

    /** The head of a request or an answer, as a proxy hands it on. */
    private static byte[] head(InputStream in, String more) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("it ended in its head");
            }
            head.write(c);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        return (text.substring(0, text.length() - 2) + more + "Connection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
