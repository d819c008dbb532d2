package dev.musehub.files;

import com.electronwill.nightconfig.core.CommentedConfig;
import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.core.io.ParsingMode;
import com.electronwill.nightconfig.toml.TomlParser;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * TOML files that other programs write too. Whoever changes one value writes the whole file anew, so all values must
 * survive, whatever their type. Comments do not survive.
 */
public final class Toml {

    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_-]+");

    static {
        com.electronwill.nightconfig.core.Config.setInsertionOrderPreserved(true);
    }

    private Toml() {
    }

    /**
     * The values of each table, in the order of the file. The key of a table is its path, which is empty for the values
     * above the first table. An absent file is like an empty one.
     *
     * @throws ParsingException if the file is not valid
     */
    public static Map<List<String>, Map<String, Object>> read(Path file) throws IOException {
        Map<List<String>, Map<String, Object>> tables = new LinkedHashMap<>();
        try {
            // Our own table: the one of the library looks for three absent classes in all jars, which takes time.
            CommentedConfig root = CommentedConfig.inMemory();
            new TomlParser().parse(new StringReader(Files.readString(file)), root, ParsingMode.REPLACE);
            collect(List.of(), root, tables);
        } catch (NoSuchFileException e) {
            return tables;
        }
        return tables;
    }

    private static void collect(List<String> path, UnmodifiableConfig table,
            Map<List<String>, Map<String, Object>> tables) {
        Map<String, Object> values = tables.computeIfAbsent(path, _ -> new LinkedHashMap<>());
        for (UnmodifiableConfig.Entry entry : table.entrySet()) {
            if (entry.getValue() instanceof UnmodifiableConfig inner) {
                List<String> deeper = new ArrayList<>(path);
                deeper.add(entry.getKey());
                collect(deeper, inner, tables);
            } else {
                values.put(entry.getKey(), entry.getValue());
            }
        }
    }

    /** The text of a file with these tables; empty ones are left out. The values without a table must come first. */
    public static String text(Map<List<String>, Map<String, Object>> tables) {
        StringBuilder out = new StringBuilder();
        tables.forEach((path, values) -> {
            if (!values.isEmpty()) {
                out.append(out.isEmpty() ? "" : "\n").append(path.isEmpty() ? ""
                        : path.stream().map(Toml::key).collect(Collectors.joining(".", "[", "]\n")));
                values.forEach((key, value) ->
                        out.append(key(key)).append(" = ").append(literal(value)).append('\n'));
            }
        });
        return out.toString();
    }

    private static String key(String key) {
        return BARE.matcher(key).matches() ? key : quoted(key);
    }

    private static String literal(Object value) {
        return switch (value) {
            case String text -> quoted(text);
            case Double real when real.isInfinite() -> real > 0 ? "inf" : "-inf";
            case LocalDate day -> day.toString();
            case LocalTime time -> DateTimeFormatter.ISO_LOCAL_TIME.format(time);
            case TemporalAccessor time -> DateTimeFormatter.ISO_DATE_TIME.format(time);
            case List<?> list -> list.stream().map(Toml::literal).collect(Collectors.joining(", ", "[", "]"));
            case UnmodifiableConfig table -> table.entrySet().stream()
                    .map(entry -> key(entry.getKey()) + " = " + literal(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
            // Numbers, and true and false; not a number is NaN in Java.
            default -> value.toString().replace("NaN", "nan");
        };
    }

    /** A TOML basic string. */
    private static String quoted(String text) {
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
