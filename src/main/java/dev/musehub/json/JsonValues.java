package dev.musehub.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Free-form values as JSON: for bodies, when a client asks for it, and for {@code --json}. */
public final class JsonValues {

    /** Keys may be paths and names from repositories: a table of them would grow, and can be made to collide. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

    private JsonValues() {
    }

    /** Compact JSON in UTF-8. */
    public static byte[] encode(Value value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            write(out, value);
        } catch (IOException e) {
            throw new AssertionError("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator out, Value value) throws IOException {
        switch (value) {
            case Value.Null _ -> out.writeNull();
            case Value.Bool b -> out.writeBoolean(b.value());
            case Value.Int i -> out.writeNumber(i.value());
            case Value.Real r -> out.writeNumber(r.value());
            case Value.Text t -> out.writeString(t.value());
            case Value.Array a -> {
                out.writeStartArray();
                for (Value item : a.items()) {
                    write(out, item);
                }
                out.writeEndArray();
            }
            case Value.Dict d -> {
                out.writeStartObject();
                for (Map.Entry<String, Value> e : d.entries().entrySet()) {
                    out.writeFieldName(e.getKey());
                    write(out, e.getValue());
                }
                out.writeEndObject();
            }
        }
    }

    /**
     * The one value in {@code json}.
     *
     * @throws Problem {@code bad-request} where it is not JSON
     */
    public static Value decode(byte[] json) {
        try (JsonParser in = FACTORY.createParser(json)) {
            in.nextToken();
            Value value = read(in, 0);
            if (in.nextToken() != null) {
                throw new Problem(Problem.Code.BAD_REQUEST, "one JSON value was expected, more follows");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new AssertionError("reading from memory", e);
        }
    }

    /** The value at which {@code in} stands. Files have another parser, and use this too. */
    public static Value read(JsonParser in) throws IOException {
        return read(in, 0);
    }

    private static Value read(JsonParser in, int depth) throws IOException {
        JsonToken token = in.currentToken();
        if (token == null || depth > Limits.DEPTH) {
            throw new Problem(Problem.Code.BAD_REQUEST, "JSON is empty, breaks off, or nests too deep");
        }
        return switch (token) {
            case VALUE_NULL -> Value.NULL;
            case VALUE_TRUE -> new Value.Bool(true);
            case VALUE_FALSE -> new Value.Bool(false);
            case VALUE_NUMBER_INT -> new Value.Int(in.getLongValue());
            case VALUE_NUMBER_FLOAT -> new Value.Real(in.getDoubleValue());
            case VALUE_STRING -> new Value.Text(in.getText());
            case START_ARRAY -> {
                List<Value> items = new ArrayList<>();
                while (in.nextToken() != JsonToken.END_ARRAY) {
                    items.add(read(in, depth + 1));
                }
                yield new Value.Array(items);
            }
            case START_OBJECT -> {
                Map<String, Value> entries = new LinkedHashMap<>();
                while (in.nextToken() != JsonToken.END_OBJECT) {
                    String key = in.currentName();
                    in.nextToken();
                    entries.put(key, read(in, depth + 1));
                }
                yield new Value.Dict(entries);
            }
            default -> throw new Problem(Problem.Code.BAD_REQUEST, "unexpected JSON token " + token);
        };
    }
}
