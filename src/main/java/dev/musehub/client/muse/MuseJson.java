package dev.musehub.client.muse;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.client.snapshots.UsualOrder;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * JSON exactly as Muse writes it (format.md): Python's {@code json.dumps(value, indent=2)} and a line break. Snapshots
 * are read and written without a tree of values, because those of the workload M41 have 95 MB.
 */
public final class MuseJson {

    private static final int DEPTH = 100;

    /** Snapshots repeat paths; the symbol table of the factory returns the same string for each. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH).maxStringLength(64 << 20).maxNameLength(1 << 20).build())
            .build();

    private MuseJson() {
    }

    /** The bytes of a file that holds {@code value}. */
    public static byte[] encode(Value value) {
        StringBuilder out = new StringBuilder(1024);
        write(out, value, 0);
        return out.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void write(StringBuilder out, Value value, int level) {
        switch (value) {
            case Value.Null _ -> out.append("null");
            case Value.Bool b -> out.append(b.value());
            case Value.Int i -> out.append(i.value());
            case Value.Real r -> out.append(real(r.value()));
            case Value.Text t -> text(out, t.value());
            case Value.Array a -> {
                String separator = "[";
                for (Value item : a.items()) {
                    line(out.append(separator), level + 1);
                    write(out, item, level + 1);
                    separator = ",";
                }
                end(out, a.items().isEmpty(), "[]", "]", level);
            }
            case Value.Dict d -> {
                String separator = "{";
                for (Map.Entry<String, Value> e : d.entries().entrySet()) {
                    line(out.append(separator), level + 1);
                    text(out, e.getKey());
                    write(out.append(": "), e.getValue(), level + 1);
                    separator = ",";
                }
                end(out, d.entries().isEmpty(), "{}", "}", level);
            }
        }
    }

    private static void end(StringBuilder out, boolean empty, String whole, String close, int level) {
        if (empty) {
            out.append(whole);
        } else {
            line(out, level);
            out.append(close);
        }
    }

    private static void line(StringBuilder out, int level) {
        out.append('\n').repeat(' ', 2 * level);
    }

    /** A number as Python's repr writes it: the fewest digits, with an exponent below 1e-4 and from 1e16 on. */
    private static String real(double d) {
        if (Double.isNaN(d)) {
            return "NaN";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "Infinity" : "-Infinity";
        }
        double size = Math.abs(d);
        if (size == 0) {
            return Double.toString(d);
        }
        BigDecimal shortest = new BigDecimal(Double.toString(d)).stripTrailingZeros();
        if (size >= 1e-4 && size < 1e16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        // Java writes at least two digits, such as 4.9E-324, although one would be enough.
        BigDecimal oneDigit = shortest.round(new MathContext(1));
        BigDecimal value = oneDigit.doubleValue() == d ? oneDigit : shortest;
        String digits = value.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - value.scale();
        return (d < 0 ? "-" : "") + digits.charAt(0) + (digits.length() > 1 ? "." + digits.substring(1) : "") + "e"
                + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static void text(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c >= 0x20 && c <= 0x7e) {
                        out.append(c);
                    } else {
                        out.append("\\u");
                        for (int shift = 12; shift >= 0; shift -= 4) {
                            out.append(Character.forDigit(c >> shift & 0xf, 16));
                        }
                    }
                }
            }
        }
        out.append('"');
    }

    /**
     * The object in a file.
     *
     * @throws IOException if the file holds something else, or is cut off
     */
    public static Value.Dict decode(byte[] json) throws IOException {
        try (JsonParser in = FACTORY.createParser(json)) {
            in.nextToken();
            Value value = JsonValues.read(in);
            if (in.nextToken() != null || !(value instanceof Value.Dict dict)) {
                throw new IOException("not one JSON object");
            }
            return dict;
        } catch (Problem e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /**
     * The object in a file of the repository.
     *
     * @throws Problem {@code damaged-repository} if it cannot be read
     */
    public static Value.Dict read(Path file) {
        try {
            return decode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private record ManifestEntry(String path, Sha256 id) { }

    /**
     * Reads the file of a snapshot. The id is not checked.
     *
     * @throws IOException if it is not a snapshot, or is cut off
     */
    static Snapshot readSnapshot(InputStream file) throws IOException {
        try (JsonParser in = FACTORY.createParser(file)) {
            String id = "";
            String createdAt = "";
            List<ManifestEntry> entries = new ArrayList<>();
            require(in.nextToken() == JsonToken.START_OBJECT);
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = in.currentName();
                in.nextToken();
                switch (key) {
                    case "snapshot_id" -> id = in.getText();
                    case "created_at" -> createdAt = in.getText();
                    case "manifest" -> entries = entries(in);
                    default -> in.skipChildren();
                }
            }
            require(in.nextToken() == null);
            List<String> keys = new ArrayList<>(entries.size());
            entries.forEach(e -> keys.add(e.path()));
            Manifest manifest = manifest(entries);
            return new Snapshot(Sha256.parseHex(id).orElseThrow(() -> new IOException("no snapshot_id")), manifest,
                    createdAt, UsualOrder.unless(manifest, keys));
        }
    }

    private static List<ManifestEntry> entries(JsonParser in) throws IOException {
        require(in.currentToken() == JsonToken.START_OBJECT);
        List<ManifestEntry> entries = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String path = in.currentName();
            require(in.nextToken() == JsonToken.VALUE_STRING);
            CharBuffer hex = CharBuffer.wrap(in.getTextCharacters(), in.getTextOffset(), in.getTextLength());
            entries.add(new ManifestEntry(path, Sha256.parseHex(hex).orElseThrow(() ->
                    new IOException("no object id"))));
        }
        return entries;
    }

    /** Sorts by path. The usual key order is nearly sorted, so that this costs little. */
    private static Manifest manifest(List<ManifestEntry> entries) throws IOException {
        ManifestEntry[] sorted = entries.toArray(ManifestEntry[]::new);
        Arrays.sort(sorted, Comparator.comparing(ManifestEntry::path, CodePoints.ORDER));
        String[] paths = new String[sorted.length];
        Sha256[] ids = new Sha256[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            paths[i] = sorted[i].path();
            ids[i] = sorted[i].id();
        }
        try {
            return Manifest.ofSorted(paths, ids);
        } catch (IllegalArgumentException e) {
            throw new IOException("a path stands twice in the manifest", e);
        }
    }

    /** The end of a line of the manifest, after the id. */
    static final byte[] AFTER_ID = "\",\n".getBytes(StandardCharsets.US_ASCII);

    /** The bytes of the file of a snapshot, in the key order of the program that wrote it first. */
    public static byte[] encode(Snapshot snapshot) {
        Manifest manifest = snapshot.manifest();
        ByteArrayOutputStream out = new ByteArrayOutputStream(200 + 120 * manifest.size());
        out.writeBytes(head(snapshot));
        int[] order = snapshot.order().orElseGet(() -> UsualOrder.positions(manifest));
        for (int i = 0; i < order.length; i++) {
            out.writeBytes(i == 0 ? new byte[0] : AFTER_ID);
            out.writeBytes(beforeId(manifest.path(order[i])));
            byte[] hex = new byte[Sha256.HEX_LENGTH];
            manifest.objectId(order[i]).writeHex(hex, 0);
            out.writeBytes(hex);
        }
        out.writeBytes(tail(snapshot));
        return out.toByteArray();
    }

    /** The beginning of the file of a snapshot, up to the lines of its manifest. */
    static byte[] head(Snapshot snapshot) {
        return ascii(new StringBuilder("{\n  \"snapshot_id\": \"").append(snapshot.id().hex())
                .append("\",\n  \"manifest\": {").append(snapshot.manifest().size() == 0 ? "" : "\n"));
    }

    /** The beginning of the line of {@code path}, up to the id. */
    static byte[] beforeId(String path) {
        StringBuilder out = new StringBuilder("    ");
        text(out, path);
        return ascii(out.append(": \""));
    }

    /** The end of the file of a snapshot, after the last id, or after the head if the manifest is empty. */
    static byte[] tail(Snapshot snapshot) {
        StringBuilder out = new StringBuilder(snapshot.manifest().size() == 0 ? "}" : "\"\n  }");
        text(out.append(",\n  \"created_at\": "), snapshot.createdAt());
        return ascii(out.append("\n}\n"));
    }

    private static byte[] ascii(StringBuilder text) {
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void require(boolean holds) throws IOException {
        if (!holds) {
            throw new IOException("JSON of another shape");
        }
    }

    /** The refusal for a file of the repository that cannot be read. */
    static Problem damaged(Path file, IOException e) {
        return new Problem(Problem.Code.DAMAGED_REPOSITORY, file + " cannot be read: " + e.getMessage()
                + "; restore it from a clone or a backup", e);
    }
}
