package dev.musehub.settings;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.toml.TomlParser;
import dev.musehub.core.model.Nearest;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The file with settings: flat TOML, with keys from {@link Setting#key}. */
final class SettingsFile {

    private SettingsFile() {
    }

    /**
     * The values in the file. A list becomes one text, with commas.
     *
     * @throws Problem {@code bad-request} if the file cannot be read, or has a key that is not a setting
     */
    static Map<Setting, String> read(Path file) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (UnmodifiableConfig.Entry entry : parsed(file).entrySet()) {
            Setting setting = named(entry.getKey()).orElseThrow(() -> wrong(file, "'" + entry.getKey()
                    + "' is not a setting; did you mean '" + Nearest.of(entry.getKey(),
                            Arrays.stream(Setting.values()).map(Setting::key).toList()) + "'?"));
            values.put(setting, text(file, entry.getKey(), entry.getValue()));
        }
        return values;
    }

    private static UnmodifiableConfig parsed(Path file) {
        try {
            return new TomlParser().parse(Files.readString(file));
        } catch (IOException e) {
            throw wrong(file, "it cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (ParsingException e) {
            throw wrong(file, "it is not valid TOML: " + e.getMessage());
        }
    }

    private static Optional<Setting> named(String key) {
        return Arrays.stream(Setting.values()).filter(setting -> setting.key().equals(key)).findFirst();
    }

    private static String text(Path file, String key, Object value) {
        return switch (value) {
            case String text -> text;
            case Integer number -> number.toString();
            case Long number -> number.toString();
            case Boolean truth -> truth.toString();
            case List<?> items -> items.stream().map(item -> text(file, key, item)).collect(Collectors.joining(","));
            default -> throw wrong(file, "'" + key + "' must be a text, a number, true, false or a list of texts");
        };
    }

    private static Problem wrong(Path file, String why) {
        return new Problem(Problem.Code.BAD_REQUEST, "configuration " + file + ": " + why);
    }
}
