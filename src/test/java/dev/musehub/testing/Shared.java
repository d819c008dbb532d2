package dev.musehub.testing;

import dev.musehub.core.model.Value;
import dev.musehub.core.wire.JsonValues;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Assumptions;

/** What lies beside the checkout: golden vectors and real repositories. Where it is absent, tests skip, visibly. */
public final class Shared {

    private static final Path ROOT = Path.of("..", "shared");

    private Shared() {
    }

    /** The golden cases of one kind. */
    public static List<Value.Dict> vectors(String kind) throws IOException {
        Path file = ROOT.resolve("vectors/ids.json");
        Assumptions.assumeTrue(Files.exists(file), "no ../shared/vectors here");
        return JsonValues.decode(Files.readAllBytes(file)).asDict("vectors").list("cases").stream()
                .map(v -> v.asDict("case")).filter(c -> c.text("kind", "").equals(kind)).toList();
    }

    /** Unpacks one of the archives of real repositories into {@code target}; returns the repository's root. */
    public static Path unpack(String name, Path target) throws IOException {
        Path archive = ROOT.resolve("repos").resolve(name + ".tar.gz");
        Assumptions.assumeTrue(Files.exists(archive), "no ../shared/repos here");
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(file), "UTF-8")) {
            for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
                Path path = target.resolve(e.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("an entry leaves the archive: " + e.getName());
                }
                if (e.isDirectory()) {
                    Files.createDirectories(path);
                } else {
                    Files.createDirectories(path.getParent());
                    Files.copy(tar, path);
                }
            }
        }
        return target.resolve(name);
    }
}
