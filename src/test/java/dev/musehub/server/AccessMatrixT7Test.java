package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.testing.History;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may do what: every endpoint, every kind of caller, every kind of repository. Private looks absent, and what is
 * refused changes nothing.
 */
@Tag("T7")
class AccessMatrixT7Test {

    /**
     * The expectations. Callers: none, without a token; wrong, an unknown, an expired, or a disabled user's token;
     * read, write and admin, the owner's tokens of these scopes; other, another owner's token of scope admin; reader,
     * writer and manager, such tokens of members whose roles are reader, writer and admin. On a local disk
     * nothing goes past the hub, so who may ask for it is told so with 400. PAGE is a browser's GET, with the token in
     * its cookie: one that is not valid is none.
     */
    private static final String MATRIX = """
            endpoint                              | private                             | public                              | absent
                                                  | none wrong read write admin other reader writer manager
            GET    R/refs                         | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            GET    R/tags                         | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            POST   R/tags                         | 401 401 403 200 200 404 403 200 200 | 401 401 403 200 200 403 403 200 200 | 401 401 404 404 404 404 404 404 404
            GET    R/reflog                       | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            GET    R/insights                     | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            GET    R/lost                         | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            GET    R/settings                     | 401 401 403 403 200 404 403 403 200 | 401 401 403 403 200 403 403 403 200 | 401 401 404 404 404 404 404 404 404
            POST   R/settings                     | 401 401 403 403 200 404 403 403 200 | 401 401 403 403 200 403 403 403 200 | 401 401 404 404 404 404 404 404 404
            GET    R/members                      | 401 401 403 403 200 404 403 403 200 | 401 401 403 403 200 403 403 403 200 | 401 401 404 404 404 404 404 404 404
            POST   R/members                      | 401 401 403 403 200 404 403 403 200 | 401 401 403 403 200 403 403 403 200 | 401 401 404 404 404 404 404 404 404
            DELETE R/members/side                 | 401 401 403 403 200 404 403 403 200 | 401 401 403 403 200 403 403 403 200 | 401 401 404 404 404 404 404 404 404
            DELETE R/branches/side                | 401 401 403 200 200 404 403 200 200 | 401 401 403 200 200 403 403 200 200 | 401 401 404 404 404 404 404 404 404
            POST   R/push/presign                 | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            POST   R/push/stream                  | 401 401 403 200 200 404 403 200 200 | 401 401 403 200 200 403 403 200 200 | 401 401 404 200 200 404 404 404 404
            POST   R/push/presign?sizes           | 404 401 403 200 200 404 403 200 200 | 401 401 403 200 200 403 403 200 200 | 404 401 404 404 404 404 404 404 404
            POST   R/push/parts                   | 401 401 403 400 400 404 403 400 400 | 401 401 403 400 400 403 403 400 400 | 401 401 404 404 404 404 404 404 404
            POST   R/push/confirm                 | 401 401 403 400 400 404 403 400 400 | 401 401 403 400 400 403 403 400 400 | 401 401 404 404 404 404 404 404 404
            POST   R/fetch/presign                | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            POST   R/fetch                        | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            POST   R/fetch/objects                | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            GET    R/commits/KEY/comments         | 404 401 200 200 200 404 200 200 200 | 200 401 200 200 200 200 200 200 200 | 404 401 404 404 404 404 404 404 404
            POST   R/commits/KEY/comments         | 401 401 403 200 200 404 200 200 200 | 401 401 403 200 200 200 200 200 200 | 401 401 404 404 404 404 404 404 404
            DELETE R/commits/KEY/comments/N       | 401 401 403 200 200 404 403 403 403 | 401 401 403 200 200 403 403 403 403 | 401 401 404 404 404 404 404 404 404
            DELETE R                              | 401 401 403 403 200 404 403 403 403 | 401 401 403 403 200 403 403 403 403 | 401 401 404 404 404 404 404 404 404
            PAGE   R/                             | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/tree/main                    | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/blob/main/counter.txt        | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/history/main/counter.txt     | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/commits                      | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/search?q=base                | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/settings                     | 404 404 403 403 200 404 403 403 200 | 401 401 403 403 200 403 403 403 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/commits/KEY                  | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/branches                     | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/reflog                       | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/reflog/main                  | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/releases                     | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/compare/main..side           | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/pushes                       | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            PAGE   R/insights                     | 404 404 200 200 200 404 200 200 200 | 200 200 200 200 200 200 200 200 200 | 404 404 404 404 404 404 404 404 404
            GET    /-/keys                        | 401 401 200 200 200 200 200 200 200
            POST   /-/keys                        | 401 401 403 200 200 200 200 200 200
            DELETE /-/keys/KEY                    | 401 401 403 200 200 404 404 404 404
            POST   /-/echo                        | 401 401 200 200 200 200 200 200 200
            GET    /healthz                       | 200 200 200 200 200 200 200 200 200
            GET    /readyz                        | 200 200 200 200 200 200 200 200 200
            GET    /health                        | 200 200 200 200 200 200 200 200 200
            GET    /metrics                       | 200 200 200 200 200 200 200 200 200
            """;

    private static final List<String> CALLERS = List.of("none", "wrong", "read", "write", "admin", "other",
            "reader", "writer", "manager");
    private static final List<String> WRONG = List.of("unknown", "expired", "disabled");
    private static final long COMMENT = 1_000_000;
    private static final String KEY = "11".repeat(32);
    private static final History HISTORY = History.line("base", 3);

    @TempDir
    private static Path data;
    private static TestHub hub;

    @BeforeAll
    static void open() {
        hub = new TestHub(data);
        hub.user("dev", "read", "read");
        hub.user("dev", "write", "write");
        hub.user("dev", "admin", "admin");
        hub.user("dev", "expired", "admin");
        hub.user("eve", "other", "admin");
        List.of("reader", "writer", "manager").forEach(member -> hub.user(member, member, "admin"));
        hub.user("gone", "disabled", "admin");
        hub.sql("insert into users (name) values ('side')");
        hub.sql("update tokens set expires_at = now() - interval '1 second' where hash = sha256('expired')");
        hub.sql("update users set disabled_at = now() where name = 'gone'");
        for (String slug : List.of("private", "public")) {
            assertEquals(200, push("dev/" + slug, "main").status());
            assertEquals(200, push("dev/" + slug, "side").status());
        }
        hub.sql("update repositories set public = true where slug = 'public'");
    }

    @AfterAll
    static void close() {
        assertFalse(hub.log().contains("fault"), hub.log());
        hub.close();
    }

    private static TestHub.Answer push(String repository, String branch) {
        return hub.send("POST", "/" + repository + "/push/stream", "Authorization: Bearer admin\r\n",
                History.bytes(HISTORY.push(branch)));
    }

    /** One line of the table: the endpoint, and per kind of repository the statuses by caller. */
    private record Row(String method, String address, Map<String, List<Integer>> expected) { }

    private static List<Row> rows() {
        List<String> kinds = List.of("private", "public", "absent");
        return MATRIX.lines().skip(2).map(line -> {
            String[] parts = line.split("\\|");
            String[] endpoint = parts[0].strip().split(" +");
            Map<String, List<Integer>> expected = new LinkedHashMap<>();
            for (int i = 1; i < parts.length; i++) {
                expected.put(kinds.get(i - 1), Pattern.compile(" +").splitAsStream(parts[i].strip())
                        .map(Integer::valueOf).toList());
            }
            return new Row(endpoint[0], endpoint[1], expected);
        }).toList();
    }

    private static String authorization(String token) {
        return token.equals("none") ? "" : "Authorization: Bearer " + token + "\r\n";
    }

    private static TestHub.Answer ask(Row row, String kind, String token) {
        String address = row.address().replaceFirst("^R(?=/|$)", "/dev/" + kind)
                .replace("commits/KEY", "commits/" + HISTORY.head().hex()).replaceFirst("/N$", "/" + COMMENT)
                .replace("KEY", CommitSignature.keyId(HexFormat.of().parseHex(KEY)));
        if (row.address().equals("R/push/stream")) {
            Frame.Header objects = History.header("main", Optional.empty(), false, new Lease.None());
            return hub.send(row.method(), address, authorization(token),
                    History.bytes(List.of(objects, new Frame.End(0, 0))));
        }
        if (row.method().equals("PAGE")) {
            return hub.send("GET", address, "Accept: text/html\r\n" + (token.equals("none") ? ""
                    : "Cookie: musehub=" + token + "\r\n"), new byte[0]);
        }
        String id = HISTORY.objects().keySet().iterator().next().toString();
        String body = switch (row.address()) {
            case "R/push/presign?sizes" -> "{\"object_ids\": [\"" + id + "\"], \"sizes\": [6]}";
            case "R/push/parts" -> "{\"id\": \"" + id + "\", \"size\": 6}";
            case "R/push/presign", "R/push/confirm" -> "{\"object_ids\": [\"" + id + "\"]}";
            case "R/fetch" -> "{\"want\": [\"" + HISTORY.head() + "\"]}";
            case "R/fetch/objects", "R/fetch/presign" -> "{\"ids\": [\"" + id + "\"]}";
            case "R/settings" -> "{\"refuse_polyglots\": true}";
            case "R/tags" -> "{\"tags\": [{\"tag_id\": \"11111111-1111-4111-8111-111111111111\", \"tag\": \"v1\","
                    + " \"commit_id\": \"" + HISTORY.head() + "\"}]}";
            case "R/members" -> "{\"user\": \"eve\", \"role\": \"reader\"}";
            case "R/commits/KEY/comments" -> "{\"body\": \"well done\"}";
            case "/-/keys" -> "{\"name\": \"k\", \"public_key\": \"" + KEY + "\"}";
            default -> "";
        };
        return hub.send(row.method(), address, authorization(token) + "Content-Type: application/json\r\n",
                row.method().equals("POST") ? body.getBytes(StandardCharsets.UTF_8) : new byte[0]);
    }

    /** What every request finds: both branches, no label, default settings, and a key of dev's where one is deleted. */
    private static void prepare(Row row) {
        hub.sql("""
                delete from repositories where slug = 'absent';
                update repositories set deleted_at = null, owner_id = (select id from users where name = 'dev'),
                    public = slug = 'public', refuse_polyglots = false;
                delete from tags;
                delete from comments;
                delete from members;
                insert into members (repo_id, user_id, role) select r.id, u.id, case u.name when 'manager' then 'admin'
                    when 'side' then 'reader' else u.name end from repositories r, users u
                    where u.name in ('reader', 'writer', 'manager', 'side');
                insert into comments (repo_id, id, commit_id, user_id, body) overriding system value
                    select c.repo_id, %d, c.id, p.owner_id, 'x' from commits c join repositories p on p.id = c.repo_id
                    where c.id = '\\x%s';
                insert into branches (repo_id, name, head) select repo_id, 'side', head from branches
                    where name = 'main' on conflict do nothing;
                delete from signing_keys;
                """.formatted(COMMENT, HISTORY.head().hex()));
        if (row.method().equals("DELETE")) {
            hub.sql("insert into signing_keys (user_id, name, public_key, key_id) select id, 'k', '\\x" + KEY
                    + "', encode(substring(sha256('\\x" + KEY + "') for 8), 'hex') from users where name = 'dev'");
        }
    }

    /** Everything that a refused request could have changed. */
    private static String state() {
        String query = """
                select (select string_agg(b::text, ';' order by repo_id, name) from branches b),
                    (select string_agg(r::text, ';' order by id) from repositories r),
                    (select count(*) from tags), (select count(*) from comments), (select string_agg(m::text, ';' order by repo_id, user_id) from members m),
                    (select count(*) from reflog), (select count(*) from signing_keys),
                    (select count(*) from repository_objects), (select count(*) from commits)
                """;
        try (Connection c = hub.hub().pool().acquire("test"); Statement s = c.createStatement();
                ResultSet r = s.executeQuery(query)) {
            r.next();
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
                columns.add(r.getString(i));
            }
            return columns.toString();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyCellOfTheMatrixHoldsAndWhatIsRefusedChangesNothing() {
        List<String> violations = new ArrayList<>();
        int cells = 0;
        for (Row row : rows()) {
            prepare(row);
            String before = state();
            for (Map.Entry<String, List<Integer>> kind : row.expected().entrySet()) {
                for (int i = 0; i < CALLERS.size(); i++) {
                    int expected = kind.getValue().get(i);
                    for (String token : CALLERS.get(i).equals("wrong") ? WRONG : List.of(CALLERS.get(i))) {
                        int actual = ask(row, kind.getKey(), token).status();
                        String cell = row.method() + " " + row.address() + " " + kind.getKey() + " " + token;
                        if (actual != expected) {
                            violations.add(cell + ": " + actual + ", not " + expected);
                        }
                        // What was allowed and changed something is undone; the others all find the same.
                        String after = state();
                        if (!after.equals(before)) {
                            if (actual != 200) {
                                violations.add(cell + " was refused and changed something");
                            }
                            prepare(row);
                            before = state();
                        }
                        cells++;
                    }
                }
            }
        }
        assertEquals(List.of(), violations);
        assertEquals((39 * 3 + 8) * 11, cells);
    }

    /** To the letter, but for the request's id, its time, and the name that was asked for. */
    @Test
    void toAStrangerPrivateLooksAbsent() {
        for (Row row : rows()) {
            if (row.address().startsWith("R")) {
                prepare(row);
                for (String token : List.of("none", "unknown", "other")) {
                    assertEquals(told(ask(row, "absent", token)), told(ask(row, "private", token)),
                            row.method() + " " + row.address() + " " + token);
                }
            }
        }
    }

    private static String told(TestHub.Answer answer) {
        return (answer.head() + "\n" + answer.text()).replaceAll("(?i)(request.id\"?): ?\"?[0-9a-f-]*", "$1")
                .replaceAll("(?i)(date|content-length): .*", "$1").replaceAll("dev(/|%2F)(absent|private)", "dev/X");
    }

    /** Whatever wire.md lists is in the matrix, so that a new endpoint is not forgotten here. */
    @Test
    void theMatrixHasEveryEndpointThatIsDocumented() throws IOException {
        TreeSet<String> documented = new TreeSet<>();
        Matcher line = Pattern.compile("^\\| (`(?:GET|POST|PUT|DELETE).*?) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("src/site/markdown/wire.md")));
        while (line.find()) {
            // "`GET`, `POST .../settings`" are two; "`GET`, `POST /-/keys`, `DELETE /-/keys/ID`" three.
            List<String> methods = new ArrayList<>();
            for (String part : line.group(1).replace("`", "").split(", ")) {
                String[] words = part.split(" ");
                methods.add(words[0]);
                if (words.length > 1) {
                    String address = words[1].replaceFirst("\\?.*", "")
                            .replaceFirst("^/\\{owner}/\\{slug}$", "R").replaceFirst("^(\\.\\.\\.|/\\{owner}/\\{slug})/",
                            "R/").replace("/NAME", "/side").replace("/ID", "/KEY");
                    methods.forEach(method -> documented.add(method + " " + address));
                    methods.clear();
                }
            }
        }
        TreeSet<String> inMatrix = new TreeSet<>();
        rows().forEach(row -> inMatrix.add(row.method() + " " + row.address()));
        documented.removeAll(inMatrix);
        assertTrue(documented.isEmpty(), "add a line to the matrix for each of " + documented);
    }
}
