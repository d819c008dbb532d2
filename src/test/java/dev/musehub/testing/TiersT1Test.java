package dev.musehub.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A test class names its tier twice: in its name for readers, as a tag for Maven ({@code make test TIER=T5}). */
@Tag("T1")
class TiersT1Test {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]*?((?:T[1-8])+)Test");
    private static final Pattern TAG = Pattern.compile("(?m)^@Tag\\(\"(T[1-8])\"\\)$");

    @Test
    void theTagsOfAClassAreThoseOfItsName() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            List<Path> tests = files.filter(file -> file.toString().endsWith("Test.java")).toList();
            assertTrue(tests.size() > 50);
            for (Path file : tests) {
                Matcher name = NAME.matcher(file.getFileName().toString().replace(".java", ""));
                assertTrue(name.matches(), file + " has no tier in its name");
                String tags = TAG.matcher(Files.readString(file)).results().map(tag -> tag.group(1))
                        .sorted().collect(Collectors.joining());
                assertEquals(name.group(1), tags, file.toString());
            }
        }
    }
}
