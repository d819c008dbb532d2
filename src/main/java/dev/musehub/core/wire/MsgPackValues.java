package dev.musehub.core.wire;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.io.MsgPack;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.msgpack.core.MessagePacker;

/** Free-form values as msgpack. */
public final class MsgPackValues {

    private MsgPackValues() {
    }

    /** The msgpack bytes of {@code value}. */
    public static byte[] encode(Value value) {
        try (var packer = MsgPack.packer()) {
            write(packer, value);
            return packer.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("writing to memory", e);
        }
    }

    /** The commit in a record, as rows keep it. */
    public static Commit commit(byte[] record) {
        return CommitFields.WIRE.parse(decode(record).asDict("commit"));
    }

    /**
     * The one value in {@code bytes}.
     *
     * @throws Problem {@code malformed-stream} where they hold anything else
     */
    public static Value decode(byte[] bytes) {
        Unpacker in = Unpacker.of(bytes);
        Value value = read(in, 0);
        in.requireEnd();
        return value;
    }

    static void write(MessagePacker out, Value value) throws IOException {
        switch (value) {
            case Value.Null _ -> out.packNil();
            case Value.Bool b -> out.packBoolean(b.value());
            case Value.Int i -> out.packLong(i.value());
            case Value.Real r -> out.packDouble(r.value());
            case Value.Text t -> writeText(out, t.value());
            case Value.Array a -> {
                out.packArrayHeader(a.items().size());
                for (Value item : a.items()) {
                    write(out, item);
                }
            }
            case Value.Dict d -> {
                out.packMapHeader(d.entries().size());
                for (Map.Entry<String, Value> e : d.entries().entrySet()) {
                    writeText(out, e.getKey());
                    write(out, e.getValue());
                }
            }
        }
    }

    static void writeText(MessagePacker out, String text) throws IOException {
        byte[] utf8 = CodePoints.utf8(text);
        out.packRawStringHeader(utf8.length);
        out.writePayload(utf8);
    }

    static Value read(Unpacker in, int depth) {
        if (depth > Limits.DEPTH) {
            throw Limits.exceeded("nesting of a value", depth, Limits.DEPTH);
        }
        return switch (in.nextType()) {
            case NIL -> {
                in.nil();
                yield Value.NULL;
            }
            case BOOLEAN -> new Value.Bool(in.bool());
            case INTEGER -> new Value.Int(in.integer());
            case FLOAT -> new Value.Real(in.real());
            case STRING -> new Value.Text(in.text());
            case ARRAY -> {
                int n = in.arrayHeader();
                List<Value> items = new ArrayList<>();
                for (int i = 0; i < n; i++) {
                    items.add(read(in, depth + 1));
                }
                yield new Value.Array(items);
            }
            case MAP -> {
                int n = in.mapHeader();
                Map<String, Value> entries = new LinkedHashMap<>();
                for (int i = 0; i < n; i++) {
                    entries.put(in.text(), read(in, depth + 1));
                }
                yield new Value.Dict(entries);
            }
            case BINARY, EXTENSION -> throw new Problem(Problem.Code.MALFORMED_STREAM,
                    "binary and extension types have no place in a free-form value");
        };
    }
}
