package dev.musehub.testing;

import dev.musehub.core.io.Zstd;
import java.io.IOException;
import java.nio.file.Path;

/** What the launcher's test starts in the place of the program: packs something, and tells with which library. */
public final class Packs {

    private Packs() {
    }

    public static void main(String[] arguments) throws IOException {
        try (Zstd zstd = new Zstd()) {
            zstd.compress(new byte[100], Zstd.noPrefix());
        }
        System.out.println("packed with " + Path.of(System.getProperty("ZstdNativePath")).toRealPath());
    }
}
