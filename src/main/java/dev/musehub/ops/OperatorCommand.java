package dev.musehub.ops;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.push.StoreIdentity;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.postgres.OpenDatabase;
import dev.musehub.s3.S3Options;
import dev.musehub.s3.S3Store;
import dev.musehub.settings.Setting;
import dev.musehub.settings.SettingsCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.CommandLine;

/** What commands on the data of a hub have in common. The hub may be running meanwhile. None of them makes a hub. */
abstract class OperatorCommand extends SettingsCommand {

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(s|m|h|d)");

    OperatorCommand(String usage, String purpose) {
        super(usage, purpose, List.of(Setting.DATA, Setting.DATABASE_URL));
    }

    final Path data(CommandLine line) {
        return Path.of(settings(line).text(Setting.DATA).orElseThrow());
    }

    /**
     * The database of the hub.
     *
     * @throws Problem {@code no-repository} where there is no hub
     */
    final OpenDatabase database(CommandLine line) throws IOException, SQLException {
        return OpenDatabase.forCommand(data(line), settings(line).text(Setting.DATABASE_URL));
    }

    /** The store of the objects of {@code database}; refused where it is another one. */
    final ObjectStore store(CommandLine line, OpenDatabase database) throws IOException, SQLException {
        Optional<S3Options> bucket = S3Options.of(settings(line));
        ObjectStore store = bucket.isPresent() ? S3Store.open(bucket.get(), System.err::println)
                : new DiskStore(data(line).resolve("objects"), database.alone());
        try {
            StoreIdentity.require(database.pool(), store);
            return store;
        } catch (IOException | SQLException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Prints {@code json} where {@code --json} is given, else {@code text}. */
    final void print(CommandLine line, Value.Builder json, String text) {
        if (line.hasOption("json")) {
            printJson(json.build());
        } else {
            System.out.println(text);
        }
    }

    /** A duration such as {@code 14d}, {@code 12h} or {@code 0s}. */
    static Duration duration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + text + "' is not a time such as 14d, 12h, 30m or 0s");
        }
        long n = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }
}
