package dev.musehub.settings;

import dev.musehub.cli.ExitCode;
import dev.musehub.core.model.Value;
import java.util.List;
import java.util.Locale;
import org.apache.commons.cli.CommandLine;

/** {@code musehub config}: the settings that a hub would run with. */
public final class ConfigCommand extends SettingsCommand {

    public ConfigCommand() {
        super("config", "Print every setting of a hub and where its value comes from; secrets appear as ***.",
                List.of(Setting.values()));
        json();
    }

    @Override
    protected int run(CommandLine line) {
        arguments(line, 0, 0);
        Settings settings = settings(line);
        Value.Builder all = Value.dict();
        for (Setting setting : Setting.values()) {
            Settings.Given value = settings.shown(setting);
            all.put(setting.key(), Value.dict().put("value", value.text()).put("from", value.from()).build());
            if (!line.hasOption("json")) {
                System.out.printf(Locale.ROOT, "%-24s %-32s %s%n", setting.key(),
                        value.text().isEmpty() ? "-" : clean(value.text()), clean(value.from()));
            }
        }
        if (line.hasOption("json")) {
            printJson(all.build());
        }
        Settings.strange(System.getenv()).forEach(sentence -> System.err.println("musehub: " + clean(sentence)));
        return ExitCode.OK;
    }
}
