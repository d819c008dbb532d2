package dev.musehub.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The house checks itself: what {@code contributing.md} asks of every file. Each message says what to do instead. */
@Tag("T1")
class TidyT1Test {

    private static final List<JavaSource> MAIN = JavaSource.below("src/main/java");
    private static final List<JavaSource> ALL =
            Stream.of("src/main/java", "src/test/java", "bench").flatMap(root -> JavaSource.below(root).stream()).toList();

    /**
     * Which rooms a room may use. The core uses nothing outside of it; a name with a dot and a star stands for all
     * below.
     */
    private static final String ARROWS = """
            core.model          ->
            core.history        -> core.model
            core.io             -> core.model
            core.wire           -> core.model core.history core.io
            core.rows           -> core.model core.history core.io
            core.store          -> core.model core.io
            core.push           -> core.model core.history core.io core.wire core.rows core.store
            core.fetch          -> core.model core.history core.io core.wire core.rows core.store
            json                -> core.model core.wire
            files               -> core.model
            labels              -> core.model
            startup             -> core.* labels
            accounts            -> core.model core.history core.wire core.rows
            repositories        -> core.* accounts labels
            s3                  -> core.* settings repositories
            postgres            -> core.* files
            jobs                -> core.* json
            metrics             ->
            diff                -> core.model
            pages               -> core.* accounts repositories pages.queries json
            pages.charts        -> core.model pages
            pages.changes       -> core.* pages diff pages.queries
            pages.queries       -> core.model core.history core.io core.rows labels
            pages.files         -> core.* repositories jobs diff pages pages.changes pages.charts pages.queries json
            pages.history       -> core.* accounts repositories pages pages.files pages.changes pages.queries labels
            pages.repository    -> core.* accounts repositories jobs pages pages.charts pages.changes pages.queries json
            cli                 -> core.model core.wire json
            settings            -> cli core.model files
            server.http         -> core.* json
            server.access       -> core.* accounts settings server.http
            server.api          -> core.* accounts repositories jobs s3 server.http server.access json files labels
            server.browser      -> core.* accounts repositories jobs pages.* server.http server.access json
            server              -> core.* accounts repositories jobs metrics pages.* postgres s3 settings cli server.* json
            ops                 -> core.* accounts repositories postgres s3 settings cli json files
            client.snapshots    -> core.model core.history
            client.muse         -> core.model core.history core.io core.wire cli json files client.snapshots
            client.hub          -> core.model core.history core.io core.wire cli client.muse json files labels
            client.doctor       -> core.model core.wire cli client.muse client.hub json
            client.transfer     -> core.model core.history core.io core.wire cli client.muse client.hub client.doctor files labels client.snapshots
            client.git          -> core.model core.history core.io cli client.muse client.transfer files client.snapshots
            client.commands     -> core.model core.history core.io core.wire cli client.muse client.hub client.transfer json files
            smoke               -> core.model core.io core.wire cli client.muse json files
            """;

    /** A room that holds more is two rooms. */
    private static final int FILES = 15;

    /** Columns of a line; a test may have a longer one, where a text of its input or output stands on it. */
    private static final int COLUMNS = 120;
    private static final int TEST_COLUMNS = 165;

    /** No method is longer; and of those above {@link #LONG} lines there are never more than today. */
    private static final int LONGEST = 70;
    private static final int LONG = 40;
    private static final int LONG_METHODS = 5;

    /** A refusal carries values, and a value of the wrong type is refused: one thing in two files. */
    private static final Set<String> PAIRS = Set.of("Problem Value");

    private record Forbidden(Pattern call, String instead, Set<String> allowedIn) { }

    private static Forbidden forbid(String call, String instead, String... allowedIn) {
        return new Forbidden(Pattern.compile(call), instead, Set.of(allowedIn));
    }

    /** What the main code does not call, what it calls instead, and the files where the call is right all the same. */
    private static final List<Forbidden> FORBIDDEN = List.of(
            // Pauses before a retry, and a writer that has nothing to wait for but time.
            forbid("\\bThread\\.sleep\\b", "wait for the event itself: a latch, a queue, a monitor",
                    "RetryAfter", "StoreTransfer", "TokenUses", "EmbeddedPostgres", "Hub", "EchoRoute", "PushRoutes",
                    "IdleTimeouts"),
            // The JVM wants a platform thread for what it runs at its end.
            forbid("\\bnew Thread\\(", "Thread.ofVirtual(), or core.io.Tasks for bounded work",
                    "ServeCommand", "SmokeCommand"),
            forbid("\\bExecutors\\.new(Fixed|Cached|Scheduled|WorkStealing)", "core.io.Tasks: it is bounded and joined"),
            forbid("\\.parallelStream\\(|\\.parallel\\(\\)", "core.io.Tasks: it is bounded and joined"),
            forbid("\\bThreadLocal\\b", "an argument, or a ScopedValue", "Pool", "IdleTimeouts"),
            // A fault of ours, on the terminal of who typed the command.
            forbid("\\bprintStackTrace\\(", "throw it, or give it to HubLog", "Command", "HubLog"),
            forbid("\\bSystem\\.currentTimeMillis\\(", "System.nanoTime() for durations, an InstantSource for times"),
            forbid("\\bString\\.format\\((?!Locale)", "String.format(Locale.ROOT, ..)"),
            forbid("\\.to(Lower|Upper)Case\\(\\)", "toLowerCase(Locale.ROOT): the server's language must not matter"),
            forbid("\\bjava\\.util\\.Date\\b|\\bnew Date\\(|\\bCalendar\\b", "java.time"),
            forbid("\\bMath\\.random\\(|\\bnew Random\\(\\)", "SecureRandom for secrets, ThreadLocalRandom for pauses"),
            // Subclasses name their settings, and the options of a command are made at once: option() is final.
            forbid("@SuppressWarnings", "mend what the compiler warns of", "SettingsCommand"));

    private static void none(String rule, List<String> violations) {
        assertEquals("", String.join("\n", violations), rule);
    }

    @Test
    void roomsUseOnlyTheRoomsBelowThem() {
        Map<String, List<String>> arrows = new HashMap<>();
        ARROWS.lines().forEach(line -> arrows.put(line.split("->", -1)[0].strip(),
                Arrays.asList(line.split("->", -1)[1].strip().split("\\s+"))));
        List<String> wrong = new ArrayList<>();
        for (JavaSource source : MAIN) {
            if (source.room().isEmpty()) {
                continue;
            }
            List<String> allowed = arrows.get(source.room());
            if (allowed == null) {
                wrong.add(source + ": room " + source.room() + " has no line in ARROWS; say there what it may use");
                continue;
            }
            for (String imported : source.imports()) {
                String room = imported.replaceFirst("\\.?[A-Z].*$", "");
                boolean below = room.equals(source.room()) || allowed.stream().anyMatch(a -> a.equals(room)
                        || a.endsWith(".*") && (room + ".").startsWith(a.substring(0, a.length() - 1)));
                if (!below) {
                    wrong.add(source + " imports " + imported + "; " + source.room() + " may use " + allowed
                            + ": move what both need to a room below, or change ARROWS and design.md with a reason");
                }
            }
        }
        none("arrows between rooms", wrong);
    }

    @Test
    void everyRoomHasItsPageAndNoneIsTooFull() {
        Map<Path, Long> rooms = new TreeMap<>();
        MAIN.forEach(s -> rooms.merge(s.path().getParent(), 1L, Long::sum));
        List<String> wrong = new ArrayList<>();
        rooms.forEach((room, files) -> {
            if (!room.endsWith("dev/musehub") && !Files.exists(room.resolve("package-info.java"))) {
                wrong.add(room + " has no package-info.java; say what lives there, what does not, and where to start");
            }
            if (files > FILES) {
                wrong.add(room + " holds " + files + " files, more than " + FILES + "; make two rooms of it");
            }
        });
        none("rooms", wrong);
    }

    @Test
    void everyTypeHasANameOfItsOwn() {
        Map<String, List<String>> places = new TreeMap<>();
        MAIN.forEach(s -> s.types().forEach(t -> places.computeIfAbsent(t, _ -> new ArrayList<>()).add(s.toString())));
        List<String> wrong = new ArrayList<>();
        places.forEach((type, where) -> {
            if (where.size() > 1) {
                wrong.add(type + " is declared in " + where + "; one word has one meaning");
            }
        });
        none("type names", wrong);
    }

    @Test
    void noTwoFilesUseEachOther() {
        Map<String, JavaSource> byName = new HashMap<>();
        MAIN.forEach(s -> byName.put(s.name(), s));
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaSource source : MAIN) {
            Set<String> used = new TreeSet<>(source.names());
            used.retainAll(byName.keySet());
            used.remove(source.name());
            used.removeAll(source.types());
            used.removeIf(name -> !byName.get(name).room().equals(source.room())
                    && source.imports().stream().noneMatch(i -> (i + ".").contains("." + name + ".")));
            uses.put(source.name(), used);
        }
        List<String> wrong = new ArrayList<>();
        uses.forEach((a, used) -> used.forEach(b -> {
            if (a.compareTo(b) < 0 && uses.get(b).contains(a) && !PAIRS.contains(a + " " + b)) {
                wrong.add(a + " and " + b + " use each other; move what both need into one of them or below both");
            }
        }));
        none("circles of two", wrong);
    }

    @Test
    void linesFitTheScreen() {
        List<String> wrong = new ArrayList<>();
        for (JavaSource source : ALL) {
            for (int i = 0; i < source.lines().size(); i++) {
                String line = source.lines().get(i);
                int most = source.path().startsWith("src/test") ? TEST_COLUMNS : COLUMNS;
                if (line.length() > most) {
                    wrong.add(source.at(i + 1) + " has " + line.length() + " columns, more than " + most);
                }
                if (line.contains("\t") || line.endsWith(" ")) {
                    wrong.add(source.at(i + 1) + " has a tab, or a blank at its end");
                }
            }
        }
        none("lines", wrong);
    }

    @Test
    void methodsFitTheScreen() {
        List<String> longest = new ArrayList<>();
        List<String> longOnes = new ArrayList<>();
        for (JavaSource source : MAIN) {
            for (JavaSource.Method method : source.methods()) {
                String what = source.at(method.firstLine()) + " " + method.name() + " has " + method.lines() + " lines";
                if (method.lines() > LONGEST) {
                    longest.add(what + ", more than " + LONGEST + "; give its parts names");
                } else if (method.lines() > LONG) {
                    longOnes.add(what);
                }
            }
        }
        none("the longest methods", longest);
        assertEquals(LONG_METHODS, longOnes.size(), "methods above " + LONG + " lines: where they became fewer, lower"
                + " LONG_METHODS; where they became more, shorten one:\n" + String.join("\n", longOnes));
    }

    @Test
    void forbiddenCallsAreNotMade() {
        List<String> wrong = new ArrayList<>();
        for (JavaSource source : MAIN) {
            for (Forbidden forbidden : FORBIDDEN) {
                for (int line : source.linesWith(forbidden.call())) {
                    if (!forbidden.allowedIn().contains(source.name())) {
                        wrong.add(source.at(line) + ": " + source.lines().get(line - 1).strip() + "\n    instead: "
                                + forbidden.instead());
                    }
                }
            }
        }
        none("forbidden calls", wrong);
    }
}
