package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One HTTP/1.1 connection to a hub. Our own, for two measured reasons (facts.md): {@code java.net.http} shows nothing
 * of an answer before the request is sent whole, so a refused push would go on sending; and loading it takes half a
 * second, more than a push that has nothing to send may take in all.
 *
 * <p>One exchange at a time; a request's body may be written by one thread while another reads the answer.
 */
public final class HttpConnection implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    /**
     * The hub breaks its silence every 5 s; a minute without a byte means that it, or the way to it, is gone. Behind a
     * proxy it may say nothing until it has the whole request: while that goes out, there is no silence.
     */
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final int LINE = 8192;
    private static final int HEADERS = 100;
    /** Answers of status 1xx before the one that counts. */
    private static final int INTERIM = 20;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final String host;
    private boolean reusable = true;
    private volatile long lastSent = System.nanoTime();

    private HttpConnection(Socket socket, String host) throws IOException {
        this.socket = socket;
        this.host = host;
        this.in = new BufferedInputStream(new Patient(Traffic.counted(socket.getInputStream())), 64 << 10);
        this.out = new BufferedOutputStream(new Noted(Traffic.counted(socket.getOutputStream())), 64 << 10);
    }

    /**
     * Connects to the host of {@code uri}.
     *
     * @throws Problem {@code unreachable}
     */
    public static HttpConnection open(URI uri) {
        boolean tls = uri.getScheme().equalsIgnoreCase("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String name = uri.getHost();
        String bare = name.startsWith("[") ? name.substring(1, name.length() - 1) : name;
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoTimeout((int) SILENCE.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getByName(bare), port), (int) CONNECT.toMillis());
            return new HttpConnection(tls ? secured(socket, bare, port) : socket, uri.getRawAuthority());
        } catch (IOException e) {
            closeQuietly(socket);
            throw new Problem(Problem.Code.UNREACHABLE, "cannot reach " + uri.getRawAuthority() + ": " + e.getMessage()
                    + "; check the address, and that the hub is running", e);
        }
    }

    private static Socket secured(Socket plain, String name, int port) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** Status, headers by lower-case name, and the body, which must be read or closed before the next exchange. */
    public record Response(int status, Map<String, String> headers, InputStream body) {

        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    /** Sends a request with a body of known content, empty for none. */
    public void send(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        head(method, path, headers, method.equals("GET") ? "" : "Content-Length: " + body.length + "\r\n");
        out.write(body);
        out.flush();
    }

    /**
     * Sends a request with a body of {@code length} bytes out of {@code body}. Where the other side closes before it
     * has all, what it answered may still be read.
     */
    public void send(String method, String path, Map<String, String> headers, long length, InputStream body)
            throws IOException {
        head(method, path, headers, "Content-Length: " + length + "\r\n");
        byte[] piece = new byte[(int) Math.min(length, 64 << 10)];
        for (long left = length; left > 0;) {
            int n = body.read(piece, 0, (int) Math.min(piece.length, left));
            if (n < 0) {
                throw new EOFException("the body is shorter than announced");
            }
            out.write(piece, 0, n);
            left -= n;
        }
        out.flush();
    }

    /**
     * Begins a request whose body follows through the returned stream, to be closed at its end. The head goes out with
     * the first of the body: a hub should not wait for one whose sender has nothing to say yet.
     */
    public OutputStream sendChunked(String method, String path, Map<String, String> headers) throws IOException {
        head(method, path, headers, "Transfer-Encoding: chunked\r\n");
        return new BufferedOutputStream(new Chunked(out), 64 << 10);
    }

    private void head(String method, String path, Map<String, String> headers, String length) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + length);
        headers.forEach((name, value) -> {
            if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("a line break in header " + name);
            }
            head.append(name).append(": ").append(value).append("\r\n");
        });
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads the answer's head; may be called while the request's body is still being written. */
    public Response receive() throws IOException {
        for (int interim = 0; interim < INTERIM; interim++) {
            String[] status = line().split(" ", 3);
            if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("[1-5][0-9][0-9]")) {
                throw new IOException("the answer is not HTTP/1.1");
            }
            Map<String, String> headers = headers();
            int code = Integer.parseInt(status[1]);
            if (code >= 200) {
                reusable &= status[0].equals("HTTP/1.1")
                        && !headers.getOrDefault("connection", "").equalsIgnoreCase("close");
                return new Response(code, headers, body(code, headers));
            }
        }
        throw new IOException("the hub sends nothing but interim answers");
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        int count = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || ++count > HEADERS) {
                throw new IOException("a malformed header, or too many");
            }
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        return headers;
    }

    private InputStream body(int code, Map<String, String> headers) throws IOException {
        if (code == 204 || code == 304) {
            return InputStream.nullInputStream();
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return new Dechunked();
        }
        String length = headers.get("content-length");
        if (length == null) {
            reusable = false;
            return in;
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw new IOException("a malformed content length");
        }
        return new Fixed(Long.parseLong(length));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the hub closed the connection");
            }
            if (line.length() > LINE) {
                throw new IOException("a header line is too long");
            }
            line.append((char) c);
        }
        int end = line.length() - 1;
        return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
    }

    /** Whether another exchange may follow; known once the answer's body has been read to its end. */
    boolean reusable() {
        return reusable && !socket.isClosed();
    }

    @Override
    public void close() {
        reusable = false;
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no more use either way.
        }
    }

    /** Notes when something went out. */
    private final class Noted extends FilterOutputStream {

        Noted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            out.write(b, off, len);
            lastSent = System.nanoTime();
        }
    }

    /** Waits on where it was our turn to speak. */
    private final class Patient extends FilterInputStream {

        Patient(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            while (true) {
                try {
                    return in.read(b, off, len);
                } catch (SocketTimeoutException e) {
                    if (System.nanoTime() - lastSent > SILENCE.toNanos()) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Frames what is written as chunks; buffered by its caller, so a chunk is as large as that buffer. */
    private static final class Chunked extends OutputStream {
        private final OutputStream out;

        Chunked(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            if (len > 0) {
                out.write((Integer.toHexString(len) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(b, off, len);
                out.write('\r');
                out.write('\n');
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
    }

    /** A body of a known number of bytes left; a body that stops short is an error. */
    private class Fixed extends InputStream {
        protected long left;

        Fixed(long left) {
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (len == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int n = in.read(b, off, (int) Math.min(left, len));
            if (n < 0) {
                throw new EOFException("the answer broke off");
            }
            left -= n;
            return n;
        }

        /** Leaves the connection usable only if everything was read. */
        @Override
        public void close() {
            reusable &= left == 0;
        }
    }

    /** A chunked body. */
    private final class Dechunked extends Fixed {
        private boolean begun;
        private boolean ended;

        Dechunked() {
            super(0);
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            // Who wants nothing must not wait for a chunk; readNBytes asks for nothing at its end.
            if (len > 0 && left == 0 && !ended) {
                nextChunk();
            }
            return super.read(b, off, len);
        }

        private void nextChunk() throws IOException {
            if (begun) {
                line();
            }
            begun = true;
            String size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new IOException("a malformed chunk");
            }
            left = Long.parseLong(size, 16);
            if (left == 0) {
                ended = true;
                headers();
            }
        }

        @Override
        public void close() {
            reusable &= ended;
        }
    }
}
