package dev.musehub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What code and pages refer to is there: documents, links, sections, invariants, packages, methods, types. */
@Tag("T1")
class CitationsT1Test {

    private static final Path SITE = Path.of("src/site/markdown");
    private static final Path MAIN = Path.of("src/main");
    private static final Path MAIN_JAVA = Path.of("src/main/java");
    private static final Path TEST_JAVA = Path.of("src/test/java");
    private static final Path README = Path.of("README.md");
    private static final Path DESIGN = SITE.resolve("design.md");
    private static final Pattern DOCUMENT = Pattern.compile("(?<![\\w./-])(?:[\\w.-]+/)*([\\w-]+\\.md)\\b");
    private static final Pattern INVARIANT = Pattern.compile("\\bI[1-9]\\b");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*)$");
    private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern MEMBER = Pattern.compile("`([A-Z]\\w*(?:\\.[A-Z]\\w*)?)#(\\w+)`");
    private static final Pattern TYPE = Pattern.compile("`([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)`");
    private static final Pattern PACKAGE_ROW = Pattern.compile("(?m)^\\| `([a-z][a-z0-9.]*)` \\| .* \\| .* \\|$");
    /** In code this is a name that files of repositories may have, and no reference. */
    private static final Set<String> OF_REPOSITORIES = Set.of("readme.md");

    private final Set<String> dead = new TreeSet<>();

    private static List<Path> files(Path root, String... endings) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(f -> Arrays.stream(endings).anyMatch(f.getFileName().toString()::endsWith))
                    .sorted().toList();
        }
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(files(SITE, ".md"));
        pages.add(README);
        return pages;
    }

    private static List<Path> code() throws IOException {
        List<Path> code = new ArrayList<>(files(MAIN, ".java", ".sh", "musehub", ".css", ".js"));
        code.addAll(files(Path.of("sql"), ".sql"));
        return code;
    }

    private static void find(Pattern pattern, String text, Consumer<MatchResult> found) {
        pattern.matcher(text).results().forEach(found);
    }

    private void nothingIsDead() {
        assertTrue(dead.isEmpty(), () -> "these lead nowhere:\n" + String.join("\n", dead));
    }

    @Test
    void everyDocumentThatIsNamedIsInTheRepository() throws IOException {
        Set<String> there = new HashSet<>(OF_REPOSITORIES);
        for (Path page : pages()) {
            there.add(page.getFileName().toString());
        }
        List<Path> all = new ArrayList<>(pages());
        all.addAll(code());
        for (Path file : all) {
            find(DOCUMENT, Files.readString(file), cited -> {
                if (!there.contains(cited.group(1))) {
                    dead.add(file + " names " + cited.group(1));
                }
            });
        }
        nothingIsDead();
    }

    @Test
    void everyLinkOfAPageLeadsToAFileAndASectionThatAreThere() throws IOException {
        Map<Path, Set<String>> sections = new HashMap<>();
        for (Path page : pages()) {
            for (String link : links(page)) {
                String[] parts = link.split("#", 2);
                Path parent = page.toAbsolutePath().getParent();
                Path target = parts[0].isEmpty() ? page.toAbsolutePath() : parent.resolve(parts[0]).normalize();
                if (!Files.exists(target)) {
                    dead.add(page + " links to " + link);
                } else if (parts.length == 2) {
                    if (!sections.containsKey(target)) {
                        sections.put(target, sections(Files.readString(target)));
                    }
                    if (!sections.get(target).contains(parts[1])) {
                        dead.add(page + " links to " + link + ", a section that is not there");
                    }
                }
            }
        }
        nothingIsDead();
    }

    private static List<String> links(Path page) throws IOException {
        List<String> links = new ArrayList<>();
        find(LINK, FENCE.matcher(Files.readString(page)).replaceAll(""), link -> links.add(link.group(1)));
        links.removeIf(link -> link.matches("[a-z]+:.*"));
        return links;
    }

    /** The anchors of a page, as GitHub makes them of headings. */
    private static Set<String> sections(String page) {
        Set<String> anchors = new HashSet<>();
        find(HEADING, FENCE.matcher(page).replaceAll(""), heading -> anchors.add(heading.group(1).strip()
                .toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-')));
        return anchors;
    }

    @Test
    void everyInvariantThatIsCitedHasItsSectionInTheDesign() throws IOException {
        Set<String> defined = new HashSet<>();
        find(HEADING, Files.readString(DESIGN), h -> find(INVARIANT, h.group(1), i -> defined.add(i.group())));
        assertEquals(9, defined.size());
        for (Path file : code()) {
            find(INVARIANT, Files.readString(file), cited -> {
                if (!defined.contains(cited.group())) {
                    dead.add(file + " cites " + cited.group());
                }
            });
        }
        nothingIsDead();
    }

    @Test
    void everyMethodAndTypeThatAPageNamesIsThere() throws IOException {
        Map<String, Path> types = types();
        for (Path page : files(SITE, ".md")) {
            String text = FENCE.matcher(Files.readString(page)).replaceAll("");
            find(MEMBER, text, m -> {
                if (!types.containsKey(m.group(1).split("\\.")[0]) || !hasMember(types, m.group(1), m.group(2))) {
                    dead.add(page + " names " + m.group(1) + "#" + m.group(2));
                }
            });
            find(TYPE, text, t -> {
                if (!types.containsKey(t.group(1))) {
                    dead.add(page + " names " + t.group(1));
                }
            });
        }
        nothingIsDead();
    }

    private static Map<String, Path> types() throws IOException {
        Map<String, Path> types = new HashMap<>();
        for (Path root : List.of(MAIN_JAVA, TEST_JAVA, Path.of("bench"))) {
            for (Path file : files(root, ".java")) {
                types.put(file.getFileName().toString().replace(".java", ""), file);
            }
        }
        return types;
    }

    private static boolean hasMember(Map<String, Path> types, String type, String member) {
        Path file = types.get(type.split("\\.")[0]);
        Path root = file.startsWith(MAIN_JAVA) ? MAIN_JAVA : TEST_JAVA;
        String name = root.relativize(file).getParent().toString().replace('/', '.') + "." + type.replace('.', '$');
        try {
            Class<?> c = Class.forName(name, false, CitationsT1Test.class.getClassLoader());
            return Arrays.stream(c.getDeclaredMethods()).anyMatch(m -> m.getName().equals(member))
                    || Arrays.stream(c.getDeclaredFields()).anyMatch(f -> f.getName().equals(member));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Test
    void theHouseInTheDesignHasEveryPackageAndNoOther() throws IOException {
        Set<String> rooms = new TreeSet<>();
        for (Path file : files(MAIN_JAVA.resolve("dev/musehub"), ".java")) {
            String room = MAIN_JAVA.resolve("dev/musehub").relativize(file.getParent()).toString().replace('/', '.');
            if (!room.isEmpty()) {
                rooms.add(room);
            }
        }
        String design = Files.readString(DESIGN);
        String house = design.substring(design.indexOf("\n## The house\n"), design.indexOf("\n### The afternoon\n"));
        Set<String> drawn = new TreeSet<>();
        find(PACKAGE_ROW, house, row -> drawn.add(row.group(1)));
        assertEquals(rooms, drawn);
    }
}
