package dev.musehub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.util.ZstdVersion;
import dev.musehub.testing.Packs;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher becomes java wherever it lies and however it is called, and zstd's library is found beside it. */
@Tag("T8")
class LauncherT8Test {

    @TempDir
    private Path temp;
    private Path home;

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectories(temp.resolve("a place with spaces"));
        Files.copy(Path.of("src/main/sh/musehub"), home.resolve("musehub"));
        assumeTrue(home.resolve("musehub").toFile().setExecutable(true));
        String library = "/linux/" + System.getProperty("os.arch") + "/libzstd-jni-" + ZstdVersion.VERSION + ".so";
        try (InputStream in = ZstdVersion.class.getResourceAsStream(library)) {
            assumeTrue(in != null && new File("/proc").isDirectory(), "the library of another system");
            Files.copy(in, home.resolve("libzstd-jni"));
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Packs.class.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH,
                Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .split(File.pathSeparator)).map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(home.resolve("musehub.jar")), manifest).close();
    }

    private static String packs(Path from, String launcher, String command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(launcher, command).directory(from.toFile())
                .redirectErrorStream(true);
        builder.environment().put("MUSEHUB_JAVA", System.getProperty("java.home"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said.strip();
    }

    @Test
    void itPacksByWhateverPathItIsCalled() throws Exception {
        String expected = "packed with " + home.toRealPath().resolve("libzstd-jni");
        Files.createSymbolicLink(temp.resolve("link"), Path.of("a place with spaces/musehub"));
        for (String[] call : new String[][] {{home.resolve("musehub").toString(), "serve"},
            {"a place with spaces/musehub", "serve"}, {"a place with spaces/musehub", "push"}, {"./link", "serve"},
            {temp.resolve("link").toString(), "push"}}) {
            assertEquals(expected, packs(temp, call[0], call[1]), String.join(" ", call));
        }
        assertEquals(expected, packs(home, "./musehub", "serve"));
    }
}
