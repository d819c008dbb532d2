package dev.musehub.testing;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven through its DevTools protocol: commands are JSON over a WebSocket, and that
 * is all. Whatever the page complains about is collected in {@link #complaints}.
 */
public final class Browser implements AutoCloseable {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final long SECONDS = 300;

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final String session;
    private final AtomicLong next = new AtomicLong();
    private final Map<Long, CompletableFuture<Value.Dict>> waiting = new ConcurrentHashMap<>();
    private final List<String> complaints = new ArrayList<>();
    private final Semaphore loaded = new Semaphore(0);

    /** Where a browser is on the {@code PATH}. */
    public static Optional<Path> installed() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(directory -> NAMES.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable).findFirst();
    }

    /** Starts it with a profile of its own. */
    public Browser(Path program) throws IOException {
        profile = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "chromium").toAbsolutePath();
        // As root, which containers are, it runs only without its sandbox; it sees nothing but our own pages.
        process = new ProcessBuilder(program.toString(), "--headless", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--no-first-run",
                "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank")
                .redirectErrorStream(true).start();
        try {
            socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address(), new Listener()).join();
            Value.Dict target = send("", "Target.createTarget", Value.dict().put("url", "about:blank").build());
            session = send("", "Target.attachToTarget", Value.dict().put("targetId", target.text("targetId", ""))
                    .put("flatten", Value.of(true)).build()).text("sessionId", "");
            for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
                send(domain + ".enable");
            }
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** It says where it listens; what it says later must not fill the pipe. */
    private URI address() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("DevTools listening on ")) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> { }));
                return URI.create(line.substring("DevTools listening on ".length()).strip());
            }
        }
        throw new IOException("the browser did not start:\n" + said);
    }

    /** Puts messages together and hands them out. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                Value.Dict whole = JsonValues.decode(message.toString().getBytes(StandardCharsets.UTF_8)).asDict("message");
                message.setLength(0);
                CompletableFuture<Value.Dict> asked = waiting.remove(whole.integer("id", 0));
                if (asked != null) {
                    asked.complete(whole);
                } else {
                    event(whole.text("method", ""), whole.dict("params"));
                }
            }
            from.request(1);
            return null;
        }
    }

    private void event(String method, Value.Dict params) {
        switch (method) {
            case "Page.loadEventFired" -> loaded.release();
            case "Runtime.exceptionThrown" -> complain(params.dict("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert").contains(params.text("type", ""))) {
                    complain(params.list("args").toString());
                }
            }
            case "Log.entryAdded" -> {
                Value.Dict entry = params.dict("entry");
                if (List.of("error", "warning").contains(entry.text("level", ""))) {
                    complain(entry.text("source", "") + ": " + entry.text("text", "") + " " + entry.text("url", ""));
                }
            }
            default -> { }
        }
    }

    private void complain(String text) {
        synchronized (complaints) {
            complaints.add(text);
        }
    }

    /** What the console got to hear since the last call: errors, warnings, violations of the policy. */
    public List<String> complaints() {
        synchronized (complaints) {
            List<String> heard = List.copyOf(complaints);
            complaints.clear();
            return heard;
        }
    }

    private Value.Dict send(String to, String method, Value.Dict params) {
        long id = next.incrementAndGet();
        CompletableFuture<Value.Dict> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        Value.Builder message = Value.dict().put("id", id).put("method", method).put("params", params);
        if (!to.isEmpty()) {
            message.put("sessionId", to);
        }
        socket.sendText(new String(JsonValues.encode(message.build()), StandardCharsets.UTF_8), true).join();
        try {
            Value.Dict whole = answer.get(SECONDS, TimeUnit.SECONDS);
            if (whole.get("error").isPresent()) {
                throw new IllegalStateException(method + ": " + whole.get("error"));
            }
            return whole.dict("result");
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method, e);
        }
    }

    private Value.Dict send(String method) {
        return send(session, method, Value.EMPTY);
    }

    /** Opens an address and waits until all of it is there. */
    public void open(String url) {
        loaded.drainPermits();
        send(session, "Page.navigate", Value.dict().put("url", url).build());
        awaitLoad();
    }

    /** Does what leads to another page, and waits for that. */
    public void follow(String script) {
        loaded.drainPermits();
        run(script);
        awaitLoad();
    }

    private void awaitLoad() {
        try {
            if (!loaded.tryAcquire(SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the page did not load");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a script in the page and returns what it comes to, or what that promises. */
    public Value run(String script) {
        Value.Dict result = send(session, "Runtime.evaluate", Value.dict().put("expression", script)
                .put("returnByValue", Value.of(true)).put("awaitPromise", Value.of(true)).build());
        if (result.get("exceptionDetails").isPresent()) {
            throw new IllegalStateException(script.substring(0, Math.min(200, script.length())) + "\n"
                    + result.get("exceptionDetails"));
        }
        return result.dict("result").get("value").orElse(Value.NULL);
    }

    /** The text that a script comes to. */
    public String text(String script) {
        return run("String(" + script + ")").asText("result");
    }

    /** Waits until {@code condition} holds, looking at every frame that the browser draws. */
    public void await(String condition) {
        run("new Promise(done => { const look = () => { if (" + condition + ") { done(true); }"
                + " else { requestAnimationFrame(look); } }; look(); })");
    }

    /** Presses a key of which pages do not see more than its name, such as Tab. */
    public void press(String key, int code) {
        for (String type : List.of("keyDown", "keyUp")) {
            send(session, "Input.dispatchKeyEvent", Value.dict().put("type", type).put("key", key).put("code", key)
                    .put("text", key.equals("Enter") && type.equals("keyDown") ? "\r" : "")
                    .put("windowsVirtualKeyCode", code).build());
        }
    }

    /** What the page is told of the person's wishes and screen. */
    public void shown(boolean dark, int width) {
        send(session, "Emulation.setEmulatedMedia", Value.dict().put("features", new Value.Array(List.of(Value.dict()
                .put("name", "prefers-color-scheme").put("value", dark ? "dark" : "light").build()))).build());
        send(session, "Emulation.setDeviceMetricsOverride", Value.dict().put("width", width).put("height", 900)
                .put("deviceScaleFactor", 1).put("mobile", Value.of(false)).build());
    }

    /** Whether pages may run scripts. */
    public void scripts(boolean allowed) {
        send(session, "Emulation.setScriptExecutionDisabled", Value.dict().put("value", Value.of(!allowed)).build());
    }

    /** Forgets who is signed in. */
    public void forget() {
        send("Network.clearBrowserCookies");
    }

    /** Writes what is to be seen as a PNG. */
    public void screenshot(Path file) throws IOException {
        Files.write(file, Base64.getDecoder().decode(send(session, "Page.captureScreenshot",
                Value.dict().put("captureBeyondViewport", Value.of(true)).build()).text("data", "")));
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit().join());
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // It lies in target, which nobody keeps.
        }
    }
}
