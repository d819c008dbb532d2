package dev.musehub.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands before a real S3 server, passes everything on, and notes who asked what: the hub, which names itself
 * or the SDK, or a client with a signed URL. Can also be made to fail as stores do.
 */
public final class StoreRelay implements AutoCloseable {

    /** A request that went through; {@code bytes} is the length of its body or, for a GET, of the answer's. */
    public record Request(boolean ofHub, String method, String path, long bytes, int status) { }

    /** Decides what happens to a request before it is passed on. */
    public interface Fault {
        /** True where the relay shall cut the connection instead; may answer by itself through {@code refuse}. */
        Verdict meet(boolean ofHub, String method, String path, int number);
    }

    /** What a fault makes of a request. */
    public enum Verdict { PASS, CUT, BUSY, CUT_AFTER_EFFECT, SILENCE }

    private final ServerSocket server;
    private final URI target;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Fault fault = (_, _, _, _) -> Verdict.PASS;
    private int numbers;

    public StoreRelay(URI target) {
        this.target = target;
        try {
            server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    public void fault(Fault next) {
        fault = next;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public void forget() {
        requests.clear();
    }

    /** Bytes of objects that the hub sent or got itself. */
    public long bytesOfHub() {
        return requests.stream().filter(Request::ofHub).filter(r -> Set.of("PUT", "GET").contains(r.method()))
                .mapToLong(Request::bytes).sum();
    }

    /** Requests of clients by method that went well. */
    public long ofClients(String method) {
        return requests.stream().filter(r -> !r.ofHub() && r.method().equals(method) && r.status() == 200).count();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client; Socket store = new Socket(target.getHost(), target.getPort())) {
            client.setTcpNoDelay(true);
            store.setTcpNoDelay(true);
            InputStream fromClient = new BufferedInputStream(client.getInputStream());
            OutputStream toClient = new BufferedOutputStream(client.getOutputStream());
            InputStream fromStore = new BufferedInputStream(store.getInputStream());
            OutputStream toStore = new BufferedOutputStream(store.getOutputStream(), 64 << 10);
            boolean more = true;
            while (more) {
                more = one(fromClient, toClient, fromStore, toStore);
                toClient.flush();
            }
        } catch (IOException e) {
            // One of them has gone; the other learns it by the close.
        } finally {
            open.remove(client);
        }
    }

    private synchronized int number() {
        return ++numbers;
    }

    private boolean one(InputStream fromClient, OutputStream toClient, InputStream fromStore, OutputStream toStore)
            throws IOException {
        String head = head(fromClient);
        if (head.isEmpty()) {
            return false;
        }
        boolean ofHub = head.contains("aws-sdk-java") || head.contains("musehub-hub");
        String[] line = head.split(" ", 3);
        String path = line[1].split("\\?", 2)[0];
        Verdict verdict = fault.meet(ofHub, line[0], path, number());
        if (verdict == Verdict.CUT) {
            return false;
        }
        if (verdict == Verdict.SILENCE) {
            // Until whoever asks gives up.
            fromClient.transferTo(OutputStream.nullOutputStream());
            return false;
        }
        long length = length(head);
        if (verdict == Verdict.BUSY) {
            fromClient.skipNBytes(length);
            toClient.write(("HTTP/1.1 503 Slow Down\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            toClient.flush();
            return true;
        }
        toStore.write(head.getBytes(StandardCharsets.ISO_8859_1));
        if (head.toLowerCase(Locale.ROOT).contains("expect: 100-continue")) {
            toStore.flush();
            toClient.write(head(fromStore).getBytes(StandardCharsets.ISO_8859_1));
            toClient.flush();
        }
        copy(fromClient, toStore, length);
        toStore.flush();
        String answer = head(fromStore);
        int status = Integer.parseInt(answer.substring(9, 12));
        if (verdict == Verdict.CUT_AFTER_EFFECT) {
            return false;
        }
        toClient.write(answer.getBytes(StandardCharsets.ISO_8859_1));
        long answered = line[0].equals("HEAD") || status == 204 || status == 304 ? 0 : body(answer, fromStore, toClient);
        requests.add(new Request(ofHub, line[0], path, line[0].equals("GET") ? answered : length, status));
        return !answer.toLowerCase(Locale.ROOT).contains("connection: close");
    }

    private static long body(String answer, InputStream from, OutputStream to) throws IOException {
        String lower = answer.toLowerCase(Locale.ROOT);
        if (!lower.contains("transfer-encoding: chunked")) {
            if (!lower.contains("content-length:")) {
                return from.transferTo(to);
            }
            long length = length(answer);
            copy(from, to, length);
            return length;
        }
        long total = 0;
        while (true) {
            String size = line(from);
            to.write((size + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            long length = Long.parseLong(size.split(";")[0].strip(), 16);
            copy(from, to, length + 2);
            total += length;
            if (length == 0) {
                return total;
            }
        }
    }

    private static long length(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Long.parseLong(line.substring(15).strip());
            }
        }
        return 0;
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(in); line != null; line = line(in)) {
            head.append(line).append("\r\n");
            if (line.isEmpty()) {
                return head.toString();
            }
        }
        return "";
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] piece = new byte[64 << 10];
        for (long left = length; left > 0;) {
            int n = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (n < 0) {
                throw new EOFException();
            }
            out.write(piece, 0, n);
            left -= n;
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
