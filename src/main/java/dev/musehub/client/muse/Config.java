package dev.musehub.client.muse;

import com.electronwill.nightconfig.core.io.ParsingException;
import dev.musehub.core.model.Problem;
import dev.musehub.files.Toml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code .muse/config.toml} as Muse keeps it (format.md): a few tables. Each change writes the whole file anew and
 * drops empty texts. Unlike Muse, this class keeps tables that it does not know.
 */
public final class Config {

    private static final Pattern REMOTE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** The order in which Muse writes its tables. Other tables follow. */
    private static final List<String> ORDER = List.of("user", "hub", "remotes", "domain");

    private final Path file;
    /** The values of each table, in the order of the file. That of a remote is {@code remotes.NAME}. */
    private final Map<List<String>, Map<String, Object>> tables;

    private Config(Path file, Map<List<String>, Map<String, Object>> tables) {
        this.file = file;
        this.tables = tables;
    }

    /** One remote. */
    public record Remote(String name, String url, Optional<String> branch) { }

    /** Reads {@code file}. An absent file is like an empty one. */
    public static Config read(Path file) {
        Map<List<String>, Map<String, Object>> tables = tables(file);
        tables.values().forEach(values -> values.values().removeIf(""::equals));
        return new Config(file, tables);
    }

    /**
     * The values of a file that Muse and we keep, by table.
     *
     * @throws Problem {@code damaged-repository}
     */
    static Map<List<String>, Map<String, Object>> tables(Path file) {
        try {
            return Toml.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ParsingException e) {
            throw new Problem(Problem.Code.DAMAGED_REPOSITORY, file + " is not valid TOML: " + e.getMessage(), e);
        }
    }

    /**
     * Returns {@code name} if a remote may be called so: it must be a bare TOML key, which is a safe directory name
     * too.
     *
     * @throws Problem {@code invalid-name}
     */
    public static String checkRemote(String name) {
        if (!REMOTE.matcher(name).matches()) {
            throw new Problem(Problem.Code.INVALID_NAME, "the name of a remote has 1 to 64 letters, digits, '_' and"
                    + " '-'");
        }
        return name;
    }

    /**
     * The address in a text.
     *
     * @throws Problem {@code bad-request}
     */
    public static URI url(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + text + "' is not a valid address; it looks like"
                    + " https://hub.example/owner/name");
        }
    }

    public Map<String, Remote> remotes() {
        Map<String, Remote> remotes = new LinkedHashMap<>();
        tables.forEach((path, values) -> {
            String name = path.isEmpty() ? "" : path.getLast();
            if (path.equals(table(name)) && REMOTE.matcher(name).matches() && values.get("url") instanceof String url) {
                remotes.put(name, new Remote(name, url, Optional.ofNullable(values.get("branch"))
                        .filter(String.class::isInstance).map(String.class::cast)));
            }
        });
        return remotes;
    }

    private static List<String> table(String remote) {
        return List.of("remotes", remote);
    }

    /**
     * The remote {@code name}.
     *
     * @throws Problem {@code not-found}
     */
    public Remote remote(String name) {
        Remote remote = remotes().get(checkRemote(name));
        if (remote == null) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is no remote '" + name + "'; add it with 'musehub remote"
                    + " add " + name + " URL'");
        }
        return remote;
    }

    /** Adds a remote, or changes its address. */
    public void setRemote(String name, String url) {
        tables.computeIfAbsent(table(checkRemote(name)), _ -> new LinkedHashMap<>()).put("url", url);
        write();
    }

    public void removeRemote(String name) {
        remote(name);
        tables.remove(table(name));
        write();
    }

    /** Sets the upstream branch of a remote; Muse keeps one for each. */
    public void setUpstream(String name, String branch) {
        remote(name);
        tables.get(table(name)).put("branch", branch);
        write();
    }

    private void write() {
        Map<List<String>, Map<String, Object>> sorted = new LinkedHashMap<>();
        tables.keySet().stream().sorted(Comparator.comparingInt(Config::rank))
                .forEach(path -> sorted.put(path, tables.get(path)));
        try {
            SafeFiles.write(file, Toml.text(sorted).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int rank(List<String> table) {
        int rank = table.isEmpty() ? -1 : ORDER.indexOf(table.getFirst());
        return rank < 0 && !table.isEmpty() ? ORDER.size() : rank;
    }
}
