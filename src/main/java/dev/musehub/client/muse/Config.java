package dev.musehub.client.muse;

import com.electronwill.nightconfig.core.CommentedConfig;
import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.core.io.ParsingMode;
import com.electronwill.nightconfig.toml.TomlParser;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code .muse/config.toml} as Muse keeps it (format.md): a few tables of strings. Each change writes the whole file
 * anew and drops empty values. Unlike Muse, this class keeps tables that it does not know.
 */
public final class Config {

    private static final Pattern REMOTE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** The order in which Muse writes its tables. Other tables follow. */
    private static final List<String> ORDER = List.of("user", "hub", "remotes", "domain");

    static {
        com.electronwill.nightconfig.core.Config.setInsertionOrderPreserved(true);
    }

    private final Path file;
    /** The strings of each table, in the order of the file. The table of a remote is {@code remotes.NAME}. */
    private final Map<String, Map<String, String>> tables = new LinkedHashMap<>();

    private Config(Path file) {
        this.file = file;
    }

    /** One remote. */
    public record Remote(String name, String url, Optional<String> branch) { }

    /** Reads {@code file}. An absent file is like an empty one. */
    public static Config read(Path file) {
        Config config = new Config(file);
        tables(file).forEach(config.tables::put);
        return config;
    }

    /** The string values of a TOML file, by table. A nested table has a dotted name. */
    static Map<String, Map<String, String>> tables(Path file) {
        Map<String, Map<String, String>> tables = new LinkedHashMap<>();
        try {
            // Our own table: the one of the library looks for three absent classes in all jars, which takes time.
            CommentedConfig root = CommentedConfig.inMemory();
            new TomlParser().parse(new StringReader(Files.readString(file)), root, ParsingMode.REPLACE);
            collect("", root, tables);
        } catch (NoSuchFileException e) {
            return tables;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ParsingException e) {
            throw new Problem(Problem.Code.DAMAGED_REPOSITORY, file + " is not valid TOML: " + e.getMessage(), e);
        }
        return tables;
    }

    private static void collect(String name, UnmodifiableConfig table, Map<String, Map<String, String>> tables) {
        for (UnmodifiableConfig.Entry entry : table.entrySet()) {
            Object value = entry.getValue();
            if (value instanceof UnmodifiableConfig inner) {
                String path = name.isEmpty() ? entry.getKey() : name + "." + entry.getKey();
                tables.computeIfAbsent(path, _ -> new LinkedHashMap<>());
                collect(path, inner, tables);
            } else if (value instanceof String text) {
                tables.computeIfAbsent(name, _ -> new LinkedHashMap<>()).put(entry.getKey(), text);
            }
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
        tables.forEach((table, values) -> {
            String name = table.startsWith("remotes.") ? table.substring("remotes.".length()) : "";
            if (REMOTE.matcher(name).matches() && values.containsKey("url")) {
                remotes.put(name, new Remote(name, values.get("url"), Optional.ofNullable(values.get("branch"))));
            }
        });
        return remotes;
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
        tables.computeIfAbsent("remotes." + checkRemote(name), _ -> new LinkedHashMap<>()).put("url", url);
        write();
    }

    public void removeRemote(String name) {
        remote(name);
        tables.remove("remotes." + name);
        write();
    }

    /** Sets the upstream branch of a remote; Muse keeps one for each. */
    public void setUpstream(String name, String branch) {
        remote(name);
        tables.get("remotes." + name).put("branch", branch);
        write();
    }

    private void write() {
        StringBuilder out = new StringBuilder();
        tables.entrySet().stream().sorted(Comparator.comparingInt(e -> rank(e.getKey()))).forEach(table -> {
            String name = table.getKey();
            Map<String, String> values = table.getValue();
            boolean empty = values.values().stream().allMatch(String::isEmpty);
            if (!empty && !name.isEmpty()) {
                out.append(out.isEmpty() ? "" : "\n").append('[').append(header(name)).append("]\n");
                values.forEach((key, value) -> {
                    if (!value.isEmpty()) {
                        out.append(key(key)).append(" = ").append(quoted(value)).append('\n');
                    }
                });
            }
        });
        try {
            SafeFiles.write(file, out.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int rank(String table) {
        int rank = ORDER.indexOf(table.split("\\.", 2)[0]);
        return rank < 0 ? ORDER.size() : rank;
    }

    private static String header(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? key(name) : key(name.substring(0, dot)) + "." + key(name.substring(dot + 1));
    }

    private static String key(String key) {
        return REMOTE.matcher(key).matches() ? key : quoted(key);
    }

    /** A TOML basic string. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < 0x20 || c == 0x7f) {
                out.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }
}
