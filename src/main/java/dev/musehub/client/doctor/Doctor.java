package dev.musehub.client.doctor;

import dev.musehub.cli.Version;
import dev.musehub.client.hub.HttpConnection;
import dev.musehub.client.hub.HttpReader;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.SecureSockets;
import dev.musehub.client.muse.Identity;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/** Checks the way to a hub, part by part. A failed part ends the check if the next parts depend on it. */
final class Doctor {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** The most time that one part may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration CLOCKS = Duration.ofMinutes(1);
    private static final Duration EXPIRY = Duration.ofDays(14);

    private final URI url;
    private final boolean tls;
    private final String host;
    private final int port;
    private final Consumer<DoctorFinding> findings;
    private boolean sound = true;

    /** {@code url} is the address of a hub or of a repository. {@code findings} gets each finding at once. */
    Doctor(URI url, Consumer<DoctorFinding> findings) {
        if (url.getHost() == null || !String.valueOf(url.getScheme()).matches("(?i)https?")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + url + "' is not the address of a hub; it looks like"
                    + " https://hub.example");
        }
        this.url = url;
        this.tls = url.getScheme().equalsIgnoreCase("https");
        this.host = url.getHost().replaceAll("^\\[|\\]$", "");
        this.port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        this.findings = findings;
    }

    private interface CheckedPart {
        List<DoctorFinding> examine() throws IOException, InterruptedException;
    }

    /** Checks everything; true if nothing needs to be fixed. */
    boolean examine(int silenceSeconds) throws InterruptedException {
        if (!part("name", this::name) || !part("connection", this::connection) || !part("tls", this::tls)
                || !part("hub", this::hub) || !part("ready", this::ready)) {
            return false;
        }
        Optional<String> token = token();
        if (token.isPresent()) {
            ProxyCheck echo = new ProxyCheck(url, token.get());
            part("duplex", echo::flow);
            part("body", () -> List.of(echo.body()));
            part("silence", () -> List.of(echo.silence(silenceSeconds)));
            part("store", () -> store(token));
        }
        return sound;
    }

    /** Checks one part; false if its first finding, on which the next parts depend, needs to be fixed. */
    private boolean part(String name, CheckedPart part) throws InterruptedException {
        FutureTask<List<DoctorFinding>> examination = new FutureTask<>(part::examine);
        Thread.ofVirtual().name(name).start(examination);
        List<DoctorFinding> found;
        try {
            found = examination.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            examination.cancel(true);
            found = List.of(DoctorFinding.fix(name, "no answer within " + PATIENCE.toSeconds()
                    + " s: look into the logs of the hub and of every proxy"));
        } catch (ExecutionException e) {
            found = List.of(DoctorFinding.fix(name, String.valueOf(e.getCause().getMessage())));
        }
        found.forEach(findings);
        sound &= found.stream().noneMatch(finding -> finding.state() == DoctorFinding.CheckState.FIX);
        return found.getFirst().state() != DoctorFinding.CheckState.FIX;
    }

    private List<DoctorFinding> name() {
        try {
            return List.of(DoctorFinding.ok("name", host + " resolves to "
                    + Arrays.stream(InetAddress.getAllByName(host))
                    .map(InetAddress::getHostAddress).collect(Collectors.joining(", "))));
        } catch (UnknownHostException e) {
            return List.of(DoctorFinding.fix("name", host + " does not resolve: check its spelling, then your DNS"));
        }
    }

    private List<DoctorFinding> connection() {
        long start = System.nanoTime();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) CONNECT.toMillis());
            return List.of(DoctorFinding.ok("connection", "port " + port + " answers after "
                    + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms"));
        } catch (IOException e) {
            return List.of(DoctorFinding.fix("connection", "nothing answers at port " + port + " (" + e.getMessage()
                    + "): start the hub, bind it to this address, or open the firewall"));
        }
    }

    private List<DoctorFinding> tls() throws IOException {
        if (!tls) {
            return List.of(InetAddress.getByName(host).isLoopbackAddress()
                    ? DoctorFinding.ok("tls", "plain HTTP, which does not leave this machine")
                    : DoctorFinding.fix("tls", "plain HTTP: tokens are not sent this way; set MUSEHUB_TLS_CERT and"
                            + " MUSEHUB_TLS_KEY on the hub, or put a proxy with TLS in front of it"));
        }
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), (int) CONNECT.toMillis());
            SSLSocket socket = SecureSockets.over(plain, host, port);
            Instant end = SecureSockets.certificate(socket).getNotAfter().toInstant();
            return List.of(DoctorFinding.ok("tls", socket.getSession().getProtocol() + ", with a trusted name"),
                    Instant.now().plus(EXPIRY).isBefore(end) ? DoctorFinding.ok("certificate", "valid until " + end)
                            : DoctorFinding.fix("certificate", "valid only until " + end + ": renew it now"));
        } catch (SSLException | SocketTimeoutException e) {
            return List.of(DoctorFinding.fix("tls", SecureSockets.advice(e)));
        }
    }

    /** An answer with its whole body. */
    private record ProbeAnswer(int status, Map<String, String> headers, byte[] body) { }

    private ProbeAnswer get(String path, Map<String, String> headers) throws IOException {
        try (HttpConnection connection = HttpConnection.open(url)) {
            connection.send("GET", path, headers, new byte[0]);
            HttpReader.Response response = connection.receive();
            try (InputStream body = response.body()) {
                return new ProbeAnswer(response.status(), response.headers(), body.readNBytes(1 << 20));
            }
        }
    }

    private List<DoctorFinding> hub() throws IOException {
        Instant before = Instant.now();
        ProbeAnswer answer = get("/health", Map.of());
        Instant after = Instant.now();
        Value.Dict body;
        try {
            body = JsonValues.decode(answer.body()).asDict("health");
        } catch (Problem e) {
            return List.of(DoctorFinding.fix("hub", "the server there is no musehub (status " + answer.status()
                    + "): check the address, and that the proxy passes every path to the hub"));
        }
        long protocol = body.integer("protocol", 0);
        DoctorFinding version = protocol == Version.PROTOCOL
                ? DoctorFinding.ok("hub", "musehub " + body.text("version", "?") + ", protocol " + protocol)
                : DoctorFinding.fix("hub", "the hub speaks protocol " + protocol + ", this client " + Version.PROTOCOL
                        + ": update the older of them");
        return List.of(version, clock(answer.headers().getOrDefault("date", ""), before, after));
    }

    /** Compares the clocks. The hub wrote the header, which has whole seconds, between the two times. */
    private static DoctorFinding clock(String date, Instant before, Instant after) {
        try {
            Instant there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration apart = there.isBefore(before) ? Duration.between(there, before).minusSeconds(1)
                    : there.isAfter(after) ? Duration.between(after, there) : Duration.ZERO;
            apart = apart.isNegative() ? Duration.ZERO : apart;
            return apart.compareTo(CLOCKS) < 0
                    ? DoctorFinding.ok("clock", "the clocks are at most " + (apart.toSeconds() + 1) + " s apart")
                    : DoctorFinding.fix("clock", "the clocks are " + apart.toSeconds() + " s apart: set both by NTP;"
                            + " beyond 15 min signed URLs are refused");
        } catch (DateTimeException e) {
            return DoctorFinding.skipped("clock", "the answer has no Date header");
        }
    }

    private List<DoctorFinding> ready() throws IOException {
        ProbeAnswer answer = get("/readyz", Map.of());
        return List.of(answer.status() == 200 ? DoctorFinding.ok("ready", "database and store answer the hub")
                : DoctorFinding.fix("ready", "the hub is not ready (" + new String(answer.body(),
                        StandardCharsets.UTF_8).strip() + "): its log says why"));
    }

    private Optional<String> token() throws InterruptedException {
        Optional<String> token;
        try {
            token = Identity.ofUser().tokenFor(url);
        } catch (Problem e) {
            part("token", () -> List.of(DoctorFinding.fix("token", e.getMessage())));
            return Optional.empty();
        }
        if (token.isEmpty()) {
            part("token", () -> List.of(DoctorFinding.skipped("token", "no token is stored for this hub, so the other"
                    + " checks were left out; run 'musehub login "
                    + url.getScheme() + "://" + url.getRawAuthority() + "'")));
            return Optional.empty();
        }
        boolean valid = part("token", () -> {
            int status = get("/-/keys", Map.of("Authorization", "Bearer " + token.get())).status();
            return List.of(status == 200 ? DoctorFinding.ok("token", "the hub accepts it")
                    : DoctorFinding.fix("token", "the hub refuses it (" + status + "): log in with another one"));
        });
        return valid ? token : Optional.empty();
    }

    private List<DoctorFinding> store(Optional<String> token) {
        if (url.getRawPath() == null || !url.getRawPath().matches("/[^/]+/[^/]+/?")) {
            return List.of(DoctorFinding.skipped("store", "not checked: give the address of a repository of yours"));
        }
        try (HubClient hub = new HubClient(url, token)) {
            return new StoreCheck(hub).run();
        }
    }
}
