package dev.musehub.settings;

import dev.musehub.cli.Command;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** A command that uses settings. */
public abstract class SettingsCommand extends Command {

    /** A command with flags for {@code some} settings; the others come from the environment or the file. */
    @SuppressWarnings("this-escape")
    protected SettingsCommand(String usage, String purpose, List<Setting> some) {
        super(usage, purpose);
        option("config", "FILE", "TOML file with settings; flags and environment go before it (" + Settings.FILE
                + ").");
        for (Setting setting : some) {
            if (setting.flag().isPresent()) {
                option(setting.flag().get(), setting.valueName(), setting.what());
            }
        }
    }

    /**
     * The settings of this process.
     *
     * @throws dev.musehub.core.model.Problem {@code bad-request}
     */
    protected final Settings settings(CommandLine line) {
        return new Settings(flag -> Optional.ofNullable(line.getOptionValue(flag)), System.getenv());
    }
}
