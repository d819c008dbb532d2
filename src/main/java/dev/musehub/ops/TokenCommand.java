package dev.musehub.ops;

import dev.musehub.accounts.AccountRows;
import dev.musehub.accounts.TokenRows;
import dev.musehub.accounts.TokenRows.Token;
import dev.musehub.cli.ExitCode;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.files.WholeNumber;
import dev.musehub.postgres.OpenDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;

/** {@code musehub token}: the tokens with which users log in. */
public final class TokenCommand extends OperatorCommand {

    private static final int PAGE = 1000;

    public TokenCommand() {
        super("token add USER | token list [USER] | token revoke ID",
                "Add, list or revoke tokens of the hub on this machine. The hub may be running.");
        option("scope", "SCOPE", "With add: read, write (default) or admin, which may change settings and members.");
        option("name", "NAME", "With add: what the token is for; the list shows it.");
        option("expires", "TIME", "With add: how long it is valid, such as 90d (default: until revoked).");
        json();
    }

    @Override
    protected int run(CommandLine line) throws Exception {
        arguments(line, 1, 2);
        switch (argument(line, 0, "")) {
            case "add" -> add(line);
            case "list" -> list(line);
            case "revoke" -> revoke(line);
            default -> throw wrongArguments();
        }
        return ExitCode.OK;
    }

    private void add(CommandLine line) throws IOException, SQLException {
        arguments(line, 2, 2);
        String user = argument(line, 1, "");
        Scope scope = scope(line.getOptionValue("scope", "write"));
        String name = TokenRows.checkName(line.getOptionValue("name", "token"));
        Optional<Instant> expires = Optional.ofNullable(line.getOptionValue("expires"))
                .map(time -> Instant.now().plus(duration(time)).truncatedTo(ChronoUnit.SECONDS));
        String secret = TokenRows.secret();
        long id;
        try (OpenDatabase database = database(line); Connection c = database.pool().acquire("token")) {
            long userId = AccountRows.id(c, user).orElseThrow(() -> new Problem(Problem.Code.NOT_FOUND,
                    "there is no user " + user + "; 'musehub user add' adds one"));
            id = TokenRows.add(c, userId, name, TokenRows.hash(secret), scope, expires);
        }
        if (line.hasOption("json")) {
            printJson(Value.dict().put("id", id).put("user", user).put("name", name).put("scope", text(scope))
                    .put("expires_at", value(expires)).put("token", secret).build());
        } else {
            // Only the secret goes to stdout, so that it can be piped.
            System.err.println("token " + id + " of " + user + ", scope " + text(scope)
                    + expires.map(at -> ", until " + at).orElse("") + "; it is shown only once:");
            System.out.println(secret);
        }
    }

    private void revoke(CommandLine line) throws IOException, SQLException {
        arguments(line, 2, 2);
        long id = WholeNumber.of(argument(line, 1, "")).orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST,
                "name the token by its id, which 'musehub token list' shows"));
        try (OpenDatabase database = database(line); Connection c = database.pool().acquire("token")) {
            if (!TokenRows.revoke(c, Optional.empty(), id)) {
                throw new Problem(Problem.Code.NOT_FOUND, "there is no token " + id);
            }
        }
        print(line, Value.dict().put("revoked", id), "token " + id + " revoked: it is refused from now on");
    }

    private void list(CommandLine line) throws IOException, SQLException {
        Optional<String> user = Optional.of(argument(line, 1, "")).filter(name -> !name.isEmpty());
        List<Token> tokens = new ArrayList<>();
        try (OpenDatabase database = database(line); Connection c = database.pool().acquire("token")) {
            for (List<Token> page = TokenRows.list(c, user, 0, PAGE); !page.isEmpty();
                    page = TokenRows.list(c, user, page.getLast().id(), PAGE)) {
                tokens.addAll(page);
            }
        }
        if (line.hasOption("json")) {
            printJson(Value.dict().put("tokens", new Value.Array(tokens.stream().<Value>map(TokenCommand::value)
                    .toList())).build());
            return;
        }
        System.out.printf(Locale.ROOT, "%6s %-20s %-6s %-20s %-20s %s%n", "ID", "USER", "SCOPE", "LAST USED", "EXPIRES",
                "NAME");
        tokens.forEach(t -> System.out.printf(Locale.ROOT, "%6d %-20s %-6s %-20s %-20s %s%n", t.id(), t.user(),
                text(t.scope()), shown(t.lastUsed()), t.expires().filter(at -> at.isBefore(Instant.now()))
                        .map(_ -> "expired").orElse(shown(t.expires())), clean(t.name())));
    }

    private static String shown(Optional<Instant> at) {
        return at.map(time -> time.truncatedTo(ChronoUnit.SECONDS).toString()).orElse("never");
    }

    private static Value value(Token t) {
        return Value.dict().put("id", t.id()).put("user", t.user()).put("name", t.name()).put("scope", text(t.scope()))
                .put("created_at", t.created().toString()).put("expires_at", value(t.expires()))
                .put("last_used_at", value(t.lastUsed())).build();
    }

    private static Value value(Optional<Instant> at) {
        return at.<Value>map(time -> new Value.Text(time.toString())).orElse(Value.NULL);
    }

    private static String text(Scope scope) {
        return scope.name().toLowerCase(Locale.ROOT);
    }

    private static Scope scope(String text) {
        for (Scope scope : Scope.values()) {
            if (text(scope).equals(text)) {
                return scope;
            }
        }
        throw new Problem(Problem.Code.BAD_REQUEST, "--scope must be read, write or admin");
    }
}
