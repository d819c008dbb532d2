package dev.musehub.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.musehub.smoke.ChildProcesses;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;

/** {@code git http-backend} behind the JDK's web server: a CGI runner that streams both ways and changes nothing. */
final class GitBackend implements AutoCloseable {

    static {
        // As the hub has it, so that neither side waits for the other's acknowledgements.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ChildProcesses children;
    private final Path root;
    private final HttpServer server;

    /** Serves the repositories in {@code root}. */
    GitBackend(ChildProcesses children, Path root) throws IOException {
        this.children = children;
        this.root = root;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        Process backend = children.start(children.builder(root, environment(exchange), List.of("git", "http-backend"))
                .redirectError(ProcessBuilder.Redirect.DISCARD));
        try (exchange) {
            Thread body = Thread.ofVirtual().start(() -> {
                try (OutputStream in = backend.getOutputStream()) {
                    exchange.getRequestBody().transferTo(in);
                } catch (IOException e) {
                    // It has seen enough, or the client is gone: the answer tells.
                }
            });
            try (InputStream out = new BufferedInputStream(backend.getInputStream(), 64 << 10)) {
                int status = headers(out, exchange);
                exchange.sendResponseHeaders(status, 0);
                try (OutputStream to = exchange.getResponseBody()) {
                    out.transferTo(to);
                }
            }
            body.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            backend.destroy();
        }
    }

    private Map<String, String> environment(HttpExchange exchange) {
        Map<String, String> variables = new HashMap<>(Git.ENVIRONMENT);
        variables.put("GIT_PROJECT_ROOT", root.toString());
        variables.put("GIT_HTTP_EXPORT_ALL", "1");
        variables.put("HOME", root.toString());
        variables.put("REQUEST_METHOD", exchange.getRequestMethod());
        variables.put("PATH_INFO", exchange.getRequestURI().getPath());
        variables.put("QUERY_STRING", String.valueOf(exchange.getRequestURI().getRawQuery()));
        variables.put("REMOTE_ADDR", "127.0.0.1");
        // A gzip body goes through as it is: the backend unpacks it.
        copy(exchange, "Content-Type", "CONTENT_TYPE", variables);
        copy(exchange, "Content-Length", "CONTENT_LENGTH", variables);
        copy(exchange, "Content-Encoding", "HTTP_CONTENT_ENCODING", variables);
        copy(exchange, "Git-Protocol", "HTTP_GIT_PROTOCOL", variables);
        return variables;
    }

    private static void copy(HttpExchange exchange, String header, String variable, Map<String, String> variables) {
        String value = exchange.getRequestHeaders().getFirst(header);
        if (value != null) {
            variables.put(variable, value);
        }
    }

    /** Reads the head of a CGI answer; returns its status. */
    private static int headers(InputStream out, HttpExchange exchange) throws IOException {
        int status = 200;
        for (String line = line(out); !line.isEmpty(); line = line(out)) {
            String[] parts = line.split(": ?", 2);
            if (parts[0].toLowerCase(Locale.ROOT).equals("status")) {
                status = Integer.parseInt(parts[1].substring(0, 3));
            } else if (parts.length == 2 && !parts[0].equalsIgnoreCase("Content-Length")) {
                exchange.getResponseHeaders().add(parts[0], parts[1]);
            }
        }
        return status;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
        }
        return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
