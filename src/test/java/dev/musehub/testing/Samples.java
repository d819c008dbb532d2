package dev.musehub.testing;

import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What other programs wrote, Muse above all: golden cases and repositories, in {@code src/test/resources/samples}. */
public final class Samples {

    private Samples() {
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = Samples.class.getResourceAsStream("/samples/" + name);
        if (in == null) {
            throw new IOException("no sample " + name);
        }
        return in;
    }

    /** The text of a file. */
    public static String text(String name) throws IOException {
        try (InputStream in = open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The golden cases of one kind. */
    public static List<Value.Dict> vectors(String kind) throws IOException {
        List<Value.Dict> cases = JsonValues.decode(text("ids.json").getBytes(StandardCharsets.UTF_8)).asDict("vectors")
                .list("cases").stream().map(v -> v.asDict("case")).filter(c -> c.text("kind", "").equals(kind))
                .toList();
        if (cases.isEmpty()) {
            throw new IOException("no golden case of kind " + kind);
        }
        return cases;
    }

    /** Unpacks one of the repositories into {@code target}; returns the repository's root. */
    public static Path unpack(String name, Path target) throws IOException {
        try (InputStream file = open(name + ".tar.gz");
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
