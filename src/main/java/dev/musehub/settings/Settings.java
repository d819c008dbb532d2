package dev.musehub.settings;

import dev.musehub.core.model.Problem;
import dev.musehub.files.Nearest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The values of all settings and their sources: a flag goes before the environment, the environment before the file.
 */
public final class Settings {

    /** The variable that names the file. */
    public static final String FILE = "MUSEHUB_CONFIG";

    /** Variables that begin like a setting but are for the launcher, the client or developers. */
    private static final Set<String> NO_SETTINGS = Set.of(FILE, "MUSEHUB_JAVA", "MUSEHUB_JAVA_OPTS", "MUSEHUB_DEBUG",
            "MUSEHUB_CA");

    /** A value and its source, in words. */
    public record Given(String text, String from) { }

    private final Map<Setting, Given> given = new EnumMap<>(Setting.class);

    /**
     * Reads all settings.
     *
     * @param flag the value of a flag, if the flag was given
     * @throws Problem {@code bad-request} if a value is not valid, or if the file has a key that is not a setting
     */
    public Settings(Function<String, Optional<String>> flag, Map<String, String> environment) {
        Optional<String> file = flag.apply("config").or(() -> set(environment, FILE));
        Map<Setting, String> ofFile = file.isPresent() ? SettingsFile.read(Path.of(file.get())) : Map.of();
        for (Setting setting : Setting.values()) {
            Optional<Given> found = setting.flag().flatMap(flag).map(text -> new Given(text,
                            "flag --" + setting.flag().orElseThrow()))
                    .or(() -> set(environment, setting.variable())
                            .map(text -> new Given(text, "environment " + setting.variable())))
                    .or(() -> Optional.ofNullable(ofFile.get(setting))
                            .map(text -> new Given(text, "file " + file.orElseThrow())));
            found.ifPresent(value -> {
                setting.kind().wrong(value.text()).ifPresent(right -> {
                    throw new Problem(Problem.Code.BAD_REQUEST, setting.key() + " (" + value.from() + ") must be "
                            + right + (setting.secret() ? "" : ", not '" + value.text() + "'"));
                });
                given.put(setting, value);
            });
        }
    }

    /** The settings of an environment, without flags. */
    public static Settings of(Map<String, String> environment) {
        return new Settings(_ -> Optional.empty(), environment);
    }

    /** An empty variable counts as not set, so that templates of units and containers may leave a value empty. */
    private static Optional<String> set(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
    }

    /** The value, or the default; empty if there is neither. */
    public Optional<String> text(Setting setting) {
        return Optional.ofNullable(given.get(setting)).map(Given::text)
                .or(() -> Optional.of(setting.otherwise()).filter(text -> !text.isEmpty()));
    }

    /** The value of a setting that is a number. */
    public int number(Setting setting) {
        return Integer.parseInt(required(setting));
    }

    /** The text of a setting that has a default. */
    public String required(Setting setting) {
        return text(setting).orElseThrow();
    }

    /** Whether a setting of {@code true} or {@code false} is true. */
    public boolean isTrue(Setting setting) {
        return required(setting).equals("true");
    }

    /** The value without secrets, and its source. */
    public Given shown(Setting setting) {
        Given value = given.getOrDefault(setting, new Given(setting.otherwise(), "default"));
        if (setting.secret() && !value.text().isEmpty()) {
            return new Given("***", value.from());
        }
        String open = value.text().replaceAll("(?i)(password=)[^&]*", "$1***")
                .replaceAll("(://[^/@:]*:)[^/@]*@", "$1***@");
        return new Given(open, value.from());
    }

    /** Messages about variables that look like a setting but are not one. */
    public static List<String> strange(Map<String, String> environment) {
        return environment.keySet().stream().filter(name -> name.startsWith("MUSEHUB_") && !NO_SETTINGS.contains(name)
                        && !name.startsWith("MUSEHUB_TEST_") && Setting.ofVariable(name).isEmpty())
                .sorted().map(name -> name + " is not a setting; did you mean "
                        + Nearest.of(name, Arrays.stream(Setting.values()).map(Setting::variable).toList())
                        + "?").toList();
    }
}
