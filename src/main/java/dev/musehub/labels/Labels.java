package dev.musehub.labels;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Tags and releases as maps of fields: the file of format.md, "Tags and releases", and the same on the wire. */
public final class Labels {

    /** Fields that hold ids, bare in files and prefixed on the wire. */
    private static final Set<String> IDS = Set.of("commit_id", "snapshot_id");

    private Labels() {
    }

    /** Which kind of label. */
    public enum LabelKind {
        TAG("tags", "tag_id"), RELEASE("releases", "release_id");

        private final String plural;
        private final String idField;

        LabelKind(String plural, String idField) {
            this.plural = plural;
            this.idField = idField;
        }

        /** Names the directory in {@code .muse}, the list on the wire and the table. */
        public String plural() {
            return plural;
        }

        /**
         * The id of a label: a UUID in its usual form.
         *
         * @throws Problem {@code invalid-tag}
         */
        public UUID id(Value.Dict label) {
            String text = label.text(idField, "");
            try {
                UUID id = UUID.fromString(text);
                if (id.toString().equals(text)) {
                    return id;
                }
            } catch (IllegalArgumentException e) {
                // Told below.
            }
            throw new Problem(Problem.Code.INVALID_TAG, idField + " must be a UUID in lower case");
        }
    }

    /** Whether a release says that it is not meant for everybody yet. */
    public static boolean isDraft(Value.Dict release) {
        return release.get("is_draft").filter(new Value.Bool(true)::equals).isPresent();
    }

    /** A label of a file, for the wire. */
    public static Value.Dict toWire(Value.Dict file) {
        return mapped(file, text -> Sha256.parseHex(text).map(Sha256::toString).orElse(text));
    }

    /** A label of the wire, for a file. */
    public static Value.Dict toFile(Value.Dict wire) {
        return mapped(wire, text -> Sha256.parse(text).map(Sha256::hex).orElse(text));
    }

    private static Value.Dict mapped(Value.Dict label, UnaryOperator<String> id) {
        Map<String, Value> fields = new LinkedHashMap<>();
        label.entries().forEach((key, value) -> fields.put(key,
                IDS.contains(key) && value instanceof Value.Text t ? new Value.Text(id.apply(t.value())) : value));
        return new Value.Dict(fields);
    }

    /** What two sides compare to see whether they have the same labels. */
    public static Sha256 digest(Collection<UUID> tags, Collection<UUID> releases) {
        StringBuilder text = new StringBuilder();
        new TreeSet<>(tags.stream().map(UUID::toString).toList())
                .forEach(id -> text.append("tag ").append(id).append('\n'));
        new TreeSet<>(releases.stream().map(UUID::toString).toList())
                .forEach(id -> text.append("release ").append(id).append('\n'));
        return Sha256.of(text.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
