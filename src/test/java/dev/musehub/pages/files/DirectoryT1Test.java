package dev.musehub.pages.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import dev.musehub.pages.files.DirectoryListing.DirectoryEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Directories out of a sorted list of files. */
@Tag("T1")
class DirectoryT1Test {

    private static final Sha256 ID = Sha256.of(new byte[0]);

    /** Names that sort around the slash, and some that other orders would sort elsewhere. */
    private static final List<String> NAMES = List.of("a", "a.b", "a-b", "a0", "a b", "b", "\uD83D\uDE00", "\uFF21", "README.md", "z");

    @Test
    void whateverIsThereIsListedOnceInPagesOfAnySize() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, Sha256> files = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            List<String> parts = new ArrayList<>();
            for (int depth = 0; depth <= random.nextInt(4); depth++) {
                parts.add(NAMES.get(random.nextInt(NAMES.size())));
            }
            files.put(String.join("/", parts), ID);
        }
        Manifest manifest = Manifest.of(files);
        for (String path : List.of("", "a", "a/a", "a/a.b", "z", "nothing")) {
            Set<String> expected = new HashSet<>();
            Map<String, Integer> below = new HashMap<>();
            String prefix = path.isEmpty() ? "" : path + "/";
            files.keySet().stream().filter(file -> file.startsWith(prefix)).map(file -> file.substring(prefix.length()))
                    .forEach(rest -> {
                        int slash = rest.indexOf('/');
                        expected.add(slash < 0 ? rest : rest.substring(0, slash + 1));
                        below.merge(slash < 0 ? rest : rest.substring(0, slash + 1), 1, Integer::sum);
                    });
            for (int limit : List.of(1, 2, 3, 7, 1000)) {
                List<String> listed = new ArrayList<>();
                Optional<String> after = Optional.empty();
                DirectoryListing page;
                do {
                    page = DirectoryListing.of(manifest, path, after, limit);
                    for (DirectoryEntry entry : page.entries()) {
                        listed.add(entry.key());
                        assertEquals(below.get(entry.key()), entry.files(), "seed " + seed);
                    }
                    after = Optional.of(listed.isEmpty() ? "" : listed.getLast()).filter(key -> !key.isEmpty());
                } while (page.more());
                assertEquals(expected, new HashSet<>(listed), path + " seed " + seed);
                assertEquals(expected.size(), listed.size(), path + " seed " + seed);
                int directories = (int) listed.stream().filter(name -> name.endsWith("/")).count();
                assertEquals(directories, (int) listed.subList(0, directories).stream().filter(name -> name.endsWith("/"))
                        .count(), "directories first");
            }
        }
    }
}
