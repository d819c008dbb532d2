package dev.musehub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.util.ZstdVersion;
import dev.musehub.testing.Packs;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher becomes java wherever it lies and however it is called, and finds what lies beside it. */
@Tag("T8")
class LauncherT8Test {

    @TempDir
    private Path temp;
    private Path home;
    private Path cache;

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(temp.resolve("a place with spaces"));
        Files.writeString(home.resolve("build"), "123\n");
        cache = home.resolve("musehub-" + System.getProperty("java.version") + "-123.aot");
        Files.copy(Path.of("src/main/sh/musehub"), home.resolve("musehub"));
        assumeTrue(home.resolve("musehub").toFile().setExecutable(true));
        String library = "/linux/" + System.getProperty("os.arch") + "/libzstd-jni-" + ZstdVersion.VERSION + ".so";
        try (InputStream in = ZstdVersion.class.getResourceAsStream(library)) {
            assumeTrue(in != null && new File("/proc").isDirectory(), "the library of another system");
            Files.copy(in, home.resolve("libzstd-jni"));
        }
    }

    private static List<Path> classPath() {
        return Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator)).map(Path::of).toList();
    }

    private static Manifest manifest(Class<?> main, List<Path> classPath) {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main.getName());
        manifest.getMainAttributes().putValue("Enable-Native-Access", "ALL-UNNAMED");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH,
                classPath.stream().map(entry -> entry.toUri().toString()).collect(Collectors.joining(" ")));
        return manifest;
    }

    /** A jar as the build makes it: java makes no cache of classes that lie in directories. */
    private void jarOfTheProgram() throws IOException {
        List<Path> jars = classPath().stream().filter(Files::isRegularFile).toList();
        Path classes = classPath().stream().filter(entry -> Files.exists(entry.resolve("dev/musehub/Main.class")))
                .findFirst().orElseThrow();
        try (OutputStream file = Files.newOutputStream(home.resolve("musehub.jar"));
                JarOutputStream jar = new JarOutputStream(file, manifest(Main.class, jars));
                Stream<Path> entries = Files.walk(classes)) {
            for (Path entry : entries.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(classes.relativize(entry).toString()));
                Files.copy(entry, jar);
            }
        }
    }

    private static String run(Path from, Map<String, String> environment, String launcher, String command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(launcher, command).directory(from.toFile())
                .redirectErrorStream(true);
        builder.environment().put("MUSEHUB_JAVA", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.strip();
    }

    private boolean loadsFromCache(String launcher) throws IOException, InterruptedException {
        run(temp, Map.of("MUSEHUB_JAVA_OPTS", "-Xlog:class+load:file=classes.log"), launcher, "--version");
        return Files.readString(temp.resolve("classes.log"))
                .contains("dev.musehub.Main source: shared objects file");
    }

    @Test
    void itPacksByWhateverPathItIsCalled() throws Exception {
        new JarOutputStream(Files.newOutputStream(home.resolve("musehub.jar")), manifest(Packs.class, classPath())).close();
        Files.createFile(cache);
        String expected = "packed with " + home.toRealPath().resolve("libzstd-jni");
        Files.createSymbolicLink(temp.resolve("link"), Path.of("a place with spaces/musehub"));
        for (String[] call : new String[][] {{home.resolve("musehub").toString(), "serve"},
            {"a place with spaces/musehub", "serve"}, {"a place with spaces/musehub", "push"}, {"./link", "serve"},
            {temp.resolve("link").toString(), "push"}}) {
            assertEquals(expected, run(temp, Map.of(), call[0], call[1]), String.join(" ", call));
        }
        assertEquals(expected, run(home, Map.of(), "./musehub", "serve"));
    }

    @Test
    void theFirstCommandMakesTheCacheOfClasses() throws Exception {
        jarOfTheProgram();
        String launcher = home.resolve("musehub").toString();
        String version = run(temp, Map.of(), launcher, "--version");
        assertTrue(Files.exists(cache));
        while (Files.size(cache) == 0) {
            Thread.sleep(100);
        }
        assertEquals(version, run(temp, Map.of(), launcher, "--version"));
        assertTrue(loadsFromCache(launcher));
        // Java would take it for another jar too, and run the classes of the old one.
        Files.setLastModifiedTime(home.resolve("musehub.jar"), FileTime.from(Instant.now().plusSeconds(60)));
        assertFalse(loadsFromCache(launcher));
    }
}
