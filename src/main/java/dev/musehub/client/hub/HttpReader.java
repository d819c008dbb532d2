package dev.musehub.client.hub;

import dev.musehub.files.LimitedStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads the answers of one HTTP/1.1 connection, one after the other. Confined to one thread at a time. */
public final class HttpReader {

    private static final int LINE = 8192;
    private static final int HEADERS = 100;
    /** Answers of status 1xx before the final one. */
    private static final int INTERIM = 20;

    /** How the answer of a TLS port to a request in plain text begins: an alert, of any version 3. */
    private static final String TLS_ALERT = "\u0015\u0003";

    private final InputStream in;
    private boolean reusable = true;

    HttpReader(InputStream in) {
        this.in = in;
    }

    /** Status, headers by lower-case name, and the body, which must be read or closed before the next exchange. */
    public record Response(int status, Map<String, String> headers, InputStream body) {

        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }
    }

    /** Whether another answer may follow. This is known only after the body has been read to its end. */
    boolean reusable() {
        return reusable;
    }

    /** Whether more of an answer has come than was read. */
    boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** Reads the head of the next answer. */
    Response response() throws IOException {
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
        return new ResponseBody(Long.parseLong(length));
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException(line.indexOf(TLS_ALERT) == 0 ? "this port speaks TLS; use https://"
                        : "the hub closed the connection");
            }
            if (line.length() > LINE) {
                throw new IOException("a header line is too long");
            }
            line.append((char) c);
        }
        int end = line.length() - 1;
        return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
    }

    /** A body. The connection is reusable only if the body was read to its end. */
    private class ResponseBody extends LimitedStream {

        ResponseBody(long length) {
            super(in, length, "the answer broke off");
        }

        boolean ended() {
            return left() == 0;
        }

        @Override
        public void close() {
            reusable &= ended();
        }
    }

    /** A body that comes in chunks. */
    private final class Dechunked extends ResponseBody {
        private boolean begun;
        private boolean ended;

        Dechunked() {
            super(0);
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            // A read of nothing must not wait for a chunk; readNBytes reads nothing at its end.
            if (len > 0 && left() == 0 && !ended) {
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
            extend(Long.parseLong(size, 16));
            if (left() == 0) {
                ended = true;
                headers();
            }
        }

        @Override
        boolean ended() {
            return ended;
        }
    }
}
