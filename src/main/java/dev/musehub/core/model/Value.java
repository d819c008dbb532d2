package dev.musehub.core.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON-like value: what request bodies, answers and the free-form parts of commits are made of. One shape for both
 * JSON and msgpack. Key order is kept, as Muse's files have a fixed one.
 */
public sealed interface Value {

    Value NULL = new Null();

    /** JSON {@code null}. */
    record Null() implements Value { }

    record Bool(boolean value) implements Value { }

    /** A 64-bit signed integer; larger ones are refused where they are read. */
    record Int(long value) implements Value { }

    record Real(double value) implements Value { }

    record Text(String value) implements Value { }

    record Array(List<Value> items) implements Value {
        public Array {
            items = List.copyOf(items);
        }
    }

    /** An object with keys in insertion order. */
    record Dict(Map<String, Value> entries) implements Value {
        public Dict {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** The value under {@code key}; empty where it is absent or null. */
        public Optional<Value> get(String key) {
            Value v = entries.get(key);
            return v == null || v instanceof Null ? Optional.empty() : Optional.of(v);
        }

        /** The text under {@code key}, {@code otherwise} where absent or null. */
        public String text(String key, String otherwise) {
            return get(key).map(v -> v.asText(key)).orElse(otherwise);
        }

        /** The integer under {@code key}, {@code otherwise} where absent or null. */
        public long integer(String key, long otherwise) {
            return get(key).map(v -> v.asInt(key)).orElse(otherwise);
        }

        /** The boolean under {@code key}, {@code otherwise} where absent or null. */
        public boolean bool(String key, boolean otherwise) {
            return get(key).map(v -> v.asBool(key)).orElse(otherwise);
        }

        /** The list under {@code key}; empty where absent or null. */
        public List<Value> list(String key) {
            return get(key).map(v -> v.asList(key)).orElse(List.of());
        }

        /** The object under {@code key}; empty where absent or null. */
        public Dict dict(String key) {
            return get(key).map(v -> v.asDict(key)).orElse(EMPTY);
        }

        /** The texts of the list under {@code key}; empty where absent or null. */
        public List<String> texts(String key) {
            return list(key).stream().map(v -> v.asText(key)).toList();
        }
    }

    Dict EMPTY = new Dict(Map.of());

    static Value of(String text) {
        return new Text(text);
    }

    static Value of(long number) {
        return new Int(number);
    }

    static Value of(boolean value) {
        return new Bool(value);
    }

    /** A list of texts. */
    static Value texts(List<String> texts) {
        return new Array(texts.stream().<Value>map(Text::new).toList());
    }

    /** The wire form of an id; null for none. */
    static Value of(Optional<Sha256> id) {
        return id.<Value>map(v -> new Text(v.toString())).orElse(NULL);
    }

    /** This as text; {@code what} names it in the error. */
    default String asText(String what) {
        return this instanceof Text t ? t.value() : wrong(what, "a string");
    }

    default long asInt(String what) {
        return this instanceof Int i ? i.value() : wrong(what, "an integer");
    }

    default boolean asBool(String what) {
        return this instanceof Bool b ? b.value() : wrong(what, "a boolean");
    }

    default List<Value> asList(String what) {
        return this instanceof Array a ? a.items() : wrong(what, "a list");
    }

    default Dict asDict(String what) {
        return this instanceof Dict d ? d : wrong(what, "an object");
    }

    /** This as an id in its wire form. */
    default Sha256 asId(String what) {
        return Sha256.require(asText(what), what);
    }

    private <T> T wrong(String what, String wanted) {
        throw new Problem(Problem.Code.BAD_REQUEST, what + " must be " + wanted);
    }

    /** A fluent builder of objects: {@code Value.dict().put("a", 1).build()}. */
    static Builder dict() {
        return new Builder();
    }

    /** Collects entries in order; confined to one thread. */
    final class Builder {
        private final Map<String, Value> entries = new LinkedHashMap<>();

        public Builder put(String key, Value value) {
            entries.put(key, value);
            return this;
        }

        public Builder put(String key, String value) {
            return put(key, new Text(value));
        }

        public Builder put(String key, long value) {
            return put(key, new Int(value));
        }

        public Builder put(String key, boolean value) {
            return put(key, new Bool(value));
        }

        public Dict build() {
            return new Dict(entries);
        }
    }
}
