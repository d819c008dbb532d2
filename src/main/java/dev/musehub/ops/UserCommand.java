package dev.musehub.ops;

import dev.musehub.accounts.AccountRows;
import dev.musehub.accounts.AccountRows.User;
import dev.musehub.accounts.QuotaRows;
import dev.musehub.accounts.RepositoryNames;
import dev.musehub.cli.ExitCode;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.postgres.OpenDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.CommandLine;

/** {@code musehub user}: the users of this hub. */
public final class UserCommand extends OperatorCommand {

    private static final int PAGE = 1000;
    private static final Pattern BYTES = Pattern.compile("([0-9]{1,6}(?=[kMGT])|[0-9]{1,18}$)([kMGT]?)");

    public UserCommand() {
        super("user add NAME | user list | user disable NAME | user enable NAME"
                + " | user quota NAME[/REPOSITORY] [BYTES|none]",
                "Add, list, disable or enable users of the hub on this machine, or show and set how much they may keep"
                + " (in bytes, or as 500M, 20G). The hub may be running.");
        flag(null, "operator", "With add: may read /metrics and the details of /health.");
        json();
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 1, 3);
        String name = argument(line, 1, "");
        switch (argument(line, 0, "")) {
            case "add" -> add(line, named(line, name));
            case "list" -> list(line);
            case "disable" -> disable(line, named(line, name), true);
            case "enable" -> disable(line, named(line, name), false);
            case "quota" -> quota(line, name);
            default -> throw wrongArguments();
        }
        return ExitCode.OK;
    }

    private String named(CommandLine line, String name) {
        arguments(line, 2, 2);
        if (!RepositoryNames.valid(name)) {
            throw new Problem(Problem.Code.INVALID_NAME, "a user's name is letters, digits, '.', '_' and '-', begins"
                    + " with a letter or digit, and has 64 characters at most");
        }
        return name;
    }

    private void add(CommandLine line, String name) throws IOException, SQLException {
        try (OpenDatabase database = database(line); Connection c = database.pool().acquire("user")) {
            if (AccountRows.addUser(c, name, line.hasOption("operator")).isEmpty()) {
                throw new Problem(Problem.Code.CONFLICT, "there is already a user " + name);
            }
        }
        print(line, Value.dict().put("user", name),
                "user " + name + " added; now add a token: musehub token add " + name);
    }

    private void disable(CommandLine line, String name, boolean disabled) throws IOException, SQLException {
        try (OpenDatabase database = database(line); Connection c = database.pool().acquire("user")) {
            if (!AccountRows.disable(c, name, disabled)) {
                throw new Problem(Problem.Code.NOT_FOUND, "there is no user " + name
                        + "; 'musehub user list' shows all");
            }
        }
        print(line, Value.dict().put("user", name).put("disabled", disabled), "user " + name + (disabled
                ? " disabled: its tokens are refused from now on, its repositories stay" : " enabled"));
    }

    /** Shows a quota, after it has been set if a new one is given. */
    private void quota(CommandLine line, String whose) throws IOException, SQLException {
        arguments(line, 2, 3);
        String[] parts = whose.split("/", 2);
        boolean ofUser = parts.length == 1;
        Optional<String> given = Optional.of(argument(line, 2, "")).filter(text -> !text.isEmpty());
        Optional<Long> bytes = given.filter(text -> !text.equals("none")).map(UserCommand::bytes);
        Optional<Long> quota;
        long used;
        try (OpenDatabase database = database(line); Connection c = database.pool().acquire("user")) {
            long id = QuotaRows.id(c, parts[0], ofUser ? Optional.empty() : Optional.of(parts[1])).orElseThrow(() ->
                    new Problem(Problem.Code.NOT_FOUND, "there is no " + (ofUser ? "user " : "repository ") + whose));
            if (given.isPresent()) {
                QuotaRows.set(c, ofUser, id, bytes);
            }
            quota = QuotaRows.quota(c, ofUser, id);
            used = ofUser ? ObjectRows.bytesOfOwner(c, id) : ObjectRows.bytesOfRepository(c, id);
        }
        print(line, Value.dict().put("name", whose)
                .put("quota_bytes", quota.<Value>map(Value.Int::new).orElse(Value.NULL)).put("used_bytes", used),
                String.format(Locale.ROOT, "%s may keep %s, and has %,d bytes", whose,
                        quota.map(most -> String.format(Locale.ROOT, "%,d bytes", most)).orElse("any number of bytes"),
                        used));
    }

    private static long bytes(String text) {
        Matcher parts = BYTES.matcher(text);
        if (!parts.matches()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + text + "' is no number of bytes such as 500000000, 500M"
                    + " or 20G, nor none");
        }
        return Long.parseLong(parts.group(1)) * switch (parts.group(2)) {
            case "k" -> 1_000;
            case "M" -> 1_000_000;
            case "G" -> 1_000_000_000;
            case "T" -> 1_000_000_000_000L;
            default -> 1;
        };
    }

    private void list(CommandLine line) throws IOException, SQLException {
        arguments(line, 1, 1);
        List<User> users = new ArrayList<>();
        try (OpenDatabase database = database(line); Connection c = database.pool().acquire("user")) {
            for (List<User> page = AccountRows.users(c, "", PAGE); !page.isEmpty();
                    page = AccountRows.users(c, page.getLast().name(), PAGE)) {
                users.addAll(page);
            }
        }
        if (line.hasOption("json")) {
            printJson(Value.dict().put("users", new Value.Array(users.stream().<Value>map(UserCommand::value).toList()))
                    .build());
            return;
        }
        System.out.printf(Locale.ROOT, "%-24s %-9s %6s %7s  %s%n", "NAME", "", "TOKENS", "REPOS", "SINCE");
        users.forEach(u -> System.out.printf(Locale.ROOT, "%-24s %-9s %6d %7d  %s%n", u.name(),
                u.disabled().isPresent() ? "disabled" : u.operator() ? "operator" : "", u.tokens(), u.repositories(),
                u.created().toString().substring(0, 10)));
    }

    private static Value value(User u) {
        return Value.dict().put("user", u.name()).put("operator", u.operator())
                .put("created_at", u.created().toString())
                .put("disabled_at", u.disabled().<Value>map(at -> new Value.Text(at.toString())).orElse(Value.NULL))
                .put("repositories", u.repositories()).put("tokens", u.tokens()).build();
    }
}
