package dev.musehub.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.testing.Musehub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sources of settings, and which one goes first. */
@Tag("T1")
class SettingsT1Test {

    @TempDir
    private Path directory;

    private Settings settings(Map<String, String> flags, Map<String, String> environment) {
        return new Settings(flag -> Optional.ofNullable(flags.get(flag)), environment);
    }

    private String file(String toml) throws IOException {
        return Files.writeString(directory.resolve("hub.toml"), toml).toString();
    }

    @Test
    void aFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        String file = file("port = 1\nconnections = 3\ndrain = 4\nlog = \"json\"\n");
        Settings settings = settings(Map.of("port", "11", "config", file),
                Map.of("MUSEHUB_PORT", "12", "MUSEHUB_CONNECTIONS", "13", "MUSEHUB_LOG", " "));
        assertEquals(11, settings.number(Setting.PORT));
        assertEquals(13, settings.number(Setting.CONNECTIONS));
        assertEquals(4, settings.number(Setting.DRAIN));
        assertEquals(new Settings.Given("json", "file " + file), settings.shown(Setting.LOG));
        assertEquals(new Settings.Given("data", "default"), settings.shown(Setting.DATA));
    }

    @Test
    void anUnknownKeyOrAWrongValueIsRefusedWithWhatIsRight() throws IOException {
        Map<String, String> environment = Map.of("MUSEHUB_CONFIG", file("connectoins = 3\n"));
        assertTrue(assertThrows(Problem.class, () -> settings(Map.of(), environment)).getMessage()
                .contains("did you mean 'connections'?"));
        assertTrue(assertThrows(Problem.class, () -> settings(Map.of("port", "65536"), Map.of())).getMessage()
                .contains("flag --port) must be a number from 0 to 65535"));
        assertEquals(List.of("MUSEHUB_PROT is not a setting; did you mean MUSEHUB_PORT?"),
                Settings.strange(Map.of("MUSEHUB_PROT", "1", "MUSEHUB_JAVA", "x", "PATH", "y")));
    }

    @Test
    void theCommandPrintsEverySettingButNoSecret() throws IOException, InterruptedException {
        String file = file("bootstrap_token = \"hidden\"\naws_secret_access_key = \"hidden\"\n"
                + "database_url = \"jdbc:postgresql://db/hub?user=u&password=hidden\"\n");
        String printed = Musehub.run(directory, "", "config", "--config", file).output();
        for (Setting setting : Setting.values()) {
            assertTrue(printed.contains(setting.key() + " "), printed);
        }
        assertTrue(printed.contains("password=***"), printed);
        assertFalse(printed.contains("hidden"), printed);
    }

    @Test
    void thePageHasARowForEverySettingWithItsDefault() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("src/site/markdown/configuration.md"),
                StandardCharsets.UTF_8);
        for (Setting setting : Setting.values()) {
            String otherwise = setting.otherwise().isEmpty() ? " " : " `" + setting.otherwise() + "` ";
            String row = "| `" + setting.variable() + "` |" + otherwise + "|";
            assertTrue(lines.stream().anyMatch(line -> line.startsWith(row)), "configuration.md lacks: " + row);
        }
    }
}
