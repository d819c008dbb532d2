package dev.musehub.testing;

import dev.musehub.s3.S3Options;
import dev.musehub.server.Hub;
import dev.musehub.server.HubOptions;
import dev.musehub.server.OperationOptions;
import dev.musehub.server.access.RateLimits;
import dev.musehub.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A hub over real HTTP on a database of its own; the owner is {@code dev} with token {@code secret}. */
public final class TestHub implements AutoCloseable {

    public static final String TOKEN = "secret";
    public static final int CONNECTIONS = 10;

    /** How long the hub waits for a silent client: longer than the busiest machine keeps a client waiting. */
    private static final Duration PATIENT = Duration.ofMinutes(5);

    /** For tests of silent clients, which wait for it. Below a second the hub takes nobody for one who only drips. */
    private static final Duration IMPATIENT = Duration.ofSeconds(1);

    /** How long a hub that closes waits for running requests; nobody waits where none is running. */
    private static final Duration DRAIN = Duration.ofMinutes(1);

    private static final int SOCKET_MILLIS = 300_000;

    /** The options of a hub without any settings. */
    public static final HubOptions DEFAULTS = HubOptions.of(Settings.of(Map.of()));

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Hub hub;

    public TestHub(Path data) {
        this(data, Optional.empty(), TestDatabase.freshUrl());
    }

    /** A hub that limits what this machine may take of it. */
    public TestHub(Path data, RateLimits rates) {
        this(data, Optional.empty(), TestDatabase.freshUrl(), rates, DEFAULTS.operation(), PATIENT);
    }

    /** A hub that is run in another way. */
    public TestHub(Path data, OperationOptions operation) {
        this(data, Optional.empty(), TestDatabase.freshUrl(), DEFAULTS.rates(), operation, PATIENT);
    }

    /** A hub with its objects in a bucket, on a database that others may use too. */
    public TestHub(Path data, Optional<S3Options> s3, String databaseUrl) {
        this(data, s3, databaseUrl, DEFAULTS.rates(), DEFAULTS.operation(), PATIENT);
    }

    /** A hub that soon ends the requests of silent clients. That may hit a slow client too: a test must try again. */
    public static TestHub impatient(Path data) {
        return impatient(data, DEFAULTS.operation());
    }

    /** The same, run in another way. */
    public static TestHub impatient(Path data, OperationOptions operation) {
        return new TestHub(data, Optional.empty(), TestDatabase.freshUrl(), DEFAULTS.rates(), operation, IMPATIENT);
    }

    /** A hub that waits for nobody when it closes. */
    public static TestHub hasty(Path data) {
        return new TestHub(data, Optional.empty(), TestDatabase.freshUrl(), DEFAULTS.rates(), DEFAULTS.operation(), PATIENT,
                Duration.ofMillis(100));
    }

    private TestHub(Path data, Optional<S3Options> s3, String databaseUrl, RateLimits rates, OperationOptions operation,
            Duration idleRead) {
        this(data, s3, databaseUrl, rates, operation, idleRead, DRAIN);
    }

    private TestHub(Path data, Optional<S3Options> s3, String databaseUrl, RateLimits rates, OperationOptions operation,
            Duration idleRead, Duration drain) {
        HubOptions d = DEFAULTS;
        HubOptions options = new HubOptions(data, d.bind(), 0, Optional.of(databaseUrl), d.binaries(), s3, 10,
                "dev", Optional.of(TOKEN), d.limits(), rates, Duration.ofMillis(200), idleRead, drain, operation);
        try {
            hub = Hub.start(options, new PrintStream(log, true, StandardCharsets.UTF_8));
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public Hub hub() {
        return hub;
    }

    public int port() {
        return hub.port();
    }

    /** The address of a repository of {@code dev}. */
    public URI repository(String slug) {
        return URI.create(hub.url() + "/dev/" + slug);
    }

    public String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    public void sql(String sql) {
        try (Connection c = hub.pool().acquire("test"); Statement s = c.createStatement()) {
            s.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of a query. */
    public List<String> texts(String sql) {
        List<String> texts = new ArrayList<>();
        try (Connection c = hub.pool().acquire("test"); Statement s = c.createStatement();
                ResultSet rows = s.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return texts;
    }

    /** Another user with a token of the given scope. */
    public void user(String name, String token, String scope) {
        sql("insert into users (name) values ('" + name + "') on conflict do nothing");
        sql("insert into tokens (user_id, name, hash, scope) select id, 't', sha256('" + token + "'), '" + scope
                + "' from users where name = '" + name + "'");
    }

    /** A whole answer: its first line, its head, and its body with chunks joined. */
    public record Answer(int status, String head, byte[] body) {

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** Sends bytes as they are, half-closes, and reads to the end. */
    public Answer raw(byte[] request) {
        return raw(request, true);
    }

    /** Sends bytes as they are, and reads to the end; without the half-close the hub cannot know that no more come. */
    public Answer raw(byte[] request, boolean halfClose) {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.setSoTimeout(SOCKET_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(request);
            out.flush();
            if (halfClose) {
                socket.shutdownOutput();
            }
            return parse(socket.getInputStream());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A request with a body; {@code headers} are further header lines, each ended by CR LF. */
    public Answer send(String method, String path, String headers, byte[] body) {
        String head = method + " " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + body.length
                + "\r\n" + headers + "\r\n";
        byte[] start = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = java.util.Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, request, start.length, body.length);
        return raw(request);
    }

    private static Answer parse(InputStream in) throws IOException {
        byte[] all = in.readAllBytes();
        String text = new String(all, StandardCharsets.ISO_8859_1);
        while (text.startsWith("HTTP/1.1 100")) {
            text = text.substring(text.indexOf("\r\n\r\n") + 4);
        }
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return new Answer(0, text, new byte[0]);
        }
        String head = text.substring(0, end);
        String body = text.substring(end + 4);
        if (head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")) {
            body = joined(body);
        }
        return new Answer(Integer.parseInt(head.substring(9, 12)), head, body.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String joined(String chunks) {
        StringBuilder body = new StringBuilder();
        int at = 0;
        while (true) {
            int line = chunks.indexOf("\r\n", at);
            if (line < 0) {
                return body.toString();
            }
            int size = Integer.parseInt(chunks.substring(at, line), 16);
            if (size == 0 || line + 2 + size > chunks.length()) {
                return body.toString();
            }
            body.append(chunks, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }

    @Override
    public void close() {
        try {
            hub.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
