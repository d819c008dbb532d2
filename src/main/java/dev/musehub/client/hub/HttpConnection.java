package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import dev.musehub.files.LimitedStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
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
import java.util.Map;

/**
 * One HTTP/1.1 connection to a hub. We have our own for two measured reasons (decisions.md): {@code java.net.http}
 * shows nothing of an answer before the whole request is sent, so a refused push would go on sending; and loading it
 * takes half a second, which is more than a push with nothing to send may take in all.
 *
 * <p>One exchange runs at a time. One thread may write the body of a request while another reads the answer.
 */
public final class HttpConnection implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    /**
     * The hub sends something every 5 s, so a minute without a byte means that the hub or the line is gone. Behind a
     * proxy the hub may be silent until it has the whole request: the minute begins after our last byte.
     */
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final Socket socket;
    private final HttpReader answers;
    private final OutputStream out;
    private final String host;
    private volatile long lastSent = System.nanoTime();

    private HttpConnection(Socket socket, String host) throws IOException {
        this.socket = socket;
        this.host = host;
        this.answers = new HttpReader(
                new BufferedInputStream(new PatientInput(socket.getInputStream()), 64 << 10));
        this.out = new BufferedOutputStream(new TimedOutput(socket.getOutputStream()), 64 << 10);
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
        boolean connected = false;
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoTimeout((int) SILENCE.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getByName(bare), port), (int) CONNECT.toMillis());
            connected = true;
            return new HttpConnection(tls ? SecureSockets.over(socket, bare, port) : socket, uri.getRawAuthority());
        } catch (IOException e) {
            closeQuietly(socket);
            throw new Problem(Problem.Code.UNREACHABLE, "cannot reach " + uri.getRawAuthority() + ": "
                    + (connected ? SecureSockets.advice(e)
                            : e.getMessage() + "; check the address, and that the hub is running"), e);
        }
    }

    /** Sends a request with a body of known content, empty for none. */
    public void send(String method, String path, Map<String, String> headers, byte[] body) throws IOException {
        head(method, path, headers, method.equals("GET") ? "" : "Content-Length: " + body.length + "\r\n");
        out.write(body);
        out.flush();
    }

    /**
     * Sends a request with a body of {@code length} bytes from {@code body}. If the other side closes before it has
     * all of them, its answer may still be read.
     */
    public void send(String method, String path, Map<String, String> headers, long length, InputStream body)
            throws IOException {
        head(method, path, headers, "Content-Length: " + length + "\r\n");
        new LimitedStream(body, length, "the body is shorter than announced").transferTo(out);
        out.flush();
    }

    /**
     * Begins a request. The body follows through the returned stream, which the caller closes at the end. The head goes
     * out with the first bytes of the body, so that the hub does not wait for a sender that has nothing to send yet.
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

    /** Reads the head of the answer. Another thread may still be writing the body of the request. */
    public HttpReader.Response receive() throws IOException {
        return answers.response();
    }

    /** Whether more of the answer has come than was read. */
    public boolean hasMore() throws IOException {
        return answers.hasMore();
    }

    /** Whether another exchange may follow. This is known only after the body of the answer was read to its end. */
    boolean reusable() {
        return answers.reusable() && !socket.isClosed();
    }

    @Override
    public void close() {
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The socket is not used again in any case.
        }
    }

    /** Counts the bytes sent and keeps the time of the last one. The buffer around it writes arrays only. */
    private final class TimedOutput extends FilterOutputStream {

        TimedOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            out.write(b, off, len);
            lastSent = System.nanoTime();
            Traffic.SENT.add(len);
        }
    }

    /** Counts the bytes received. After a timeout it waits on, as long as we were sending. */
    private final class PatientInput extends FilterInputStream {

        PatientInput(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            while (true) {
                try {
                    int n = in.read(b, off, len);
                    Traffic.RECEIVED.add(Math.max(n, 0));
                    return n;
                } catch (SocketTimeoutException e) {
                    if (System.nanoTime() - lastSent > SILENCE.toNanos()) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Writes chunks. The caller buffers, so a chunk is as large as that buffer. */
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
}
