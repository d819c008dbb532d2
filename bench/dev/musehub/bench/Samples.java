package dev.musehub.bench;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What the benchmarks work on: of the sizes of M41, and the same in every run. */
final class Samples {

    private Samples() {
    }

    static Sha256 id(String of) {
        return Sha256.of(of.getBytes(StandardCharsets.UTF_8));
    }

    static List<Sha256> ids(String name, int count) {
        List<Sha256> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(id(name + i));
        }
        return ids;
    }

    /** Paths of the usual depth and length. */
    static Manifest manifest(int entries) {
        Map<String, Sha256> files = new TreeMap<>();
        for (int i = 0; i < entries; i++) {
            files.put("src/main/package" + i % 37 + "/module" + i % 11 + "/File" + i + ".java", id("file" + i));
        }
        return Manifest.of(files);
    }

    /** Bytes that compress about as well as source text. */
    static byte[] text(int length, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(length + 16);
        while (text.length() < length) {
            text.append("word").append(random.nextInt(4000)).append(random.nextInt(9) == 0 ? '\n' : ' ');
        }
        return text.substring(0, length).getBytes(StandardCharsets.UTF_8);
    }
}
