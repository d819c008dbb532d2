package dev.musehub.client.muse;

import dev.musehub.core.model.Problem;
import dev.musehub.files.Toml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tokens in {@code ~/.muse/identity.toml} (format.md), one per host. The variable {@code MUSE_TOKEN} goes before
 * them.
 */
public final class Identity {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");

    private final Path directory;
    private final Path file;

    Identity(Path home) {
        this.directory = home.resolve(".muse");
        this.file = directory.resolve("identity.toml");
    }

    /** The home directory by {@code $HOME}, as in Python. Java's {@code user.home} ignores that variable. */
    static Path home() {
        String home = System.getenv("HOME");
        return Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home);
    }

    public static Identity ofUser() {
        return new Identity(home());
    }

    /** The key of a hub: its host in lower case, with the port if given. */
    public static String key(URI hub) {
        if (hub.getHost() == null || !String.valueOf(hub.getScheme()).matches("(?i)https?")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + hub + "' is not the address of a hub; it looks like"
                    + " https://hub.example");
        }
        return hub.getHost().toLowerCase(Locale.ROOT) + (hub.getPort() < 0 ? "" : ":" + hub.getPort());
    }

    /**
     * The token for requests to {@code hub}.
     *
     * @throws Problem {@code insecure} if there is a token and it would travel unencrypted
     */
    public Optional<String> tokenFor(URI hub) {
        Optional<String> token = Optional.ofNullable(System.getenv("MUSE_TOKEN")).filter(t -> !t.isBlank());
        if (token.isEmpty()) {
            token = Optional.ofNullable(tables().getOrDefault(List.of(key(hub)), Map.of()).get("token"))
                    .filter(String.class::isInstance).map(String.class::cast);
        }
        if (token.isPresent()) {
            requireSafe(hub);
        }
        return token;
    }

    /** The addresses of the hubs whose tokens are stored. */
    public List<String> hubs() {
        return tables().entrySet().stream().filter(e -> e.getKey().size() == 1 && e.getValue().containsKey("token"))
                .map(e -> e.getKey().getFirst())
                .map(host -> (LOOPBACK.contains(host.replaceFirst(":[0-9]+$", "")) ? "http://" : "https://") + host)
                .toList();
    }

    /**
     * Checks that a token may travel to {@code hub}.
     *
     * @throws Problem {@code insecure}
     */
    public void requireSafe(URI hub) {
        boolean tls = "https".equalsIgnoreCase(hub.getScheme());
        if (!tls && !LOOPBACK.contains(hub.getHost() == null ? "" : hub.getHost().toLowerCase(Locale.ROOT))) {
            throw new Problem(Problem.Code.INSECURE, "a token is not sent over plain http to " + hub.getHost()
                    + "; use https, or a tunnel to localhost");
        }
    }

    /** Stores a token for {@code hub}. The tables of other hosts do not change. */
    public void store(URI hub, String name, String token) throws IOException {
        requireSafe(hub);
        if (!Files.exists(directory)) {
            Files.createDirectories(directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        try (FileChannel lock = FileChannel.open(directory.resolve(".identity.lock"),
                StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock held = lock.lock()) {
            Map<List<String>, Map<String, Object>> tables = tables();
            Map<String, Object> table = tables.computeIfAbsent(List.of(key(hub)), _ -> new LinkedHashMap<>());
            table.putIfAbsent("type", "human");
            if (!name.isEmpty()) {
                table.put("name", name);
            }
            table.put("token", token);
            SafeFiles.writePrivate(file, Toml.text(tables).getBytes(StandardCharsets.UTF_8));
            assert held.isValid();
        }
    }

    private Map<List<String>, Map<String, Object>> tables() {
        if (Files.isSymbolicLink(file) || Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file)) {
            throw new Problem(Problem.Code.INSECURE, file + " is not a regular file; replace it by one");
        }
        try {
            return Config.tables(file);
        } catch (UncheckedIOException e) {
            throw new Problem(Problem.Code.INSECURE, file + " cannot be read: " + e.getCause().getMessage(), e);
        }
    }
}
