package dev.musehub.testing.fuzz;

import dev.musehub.core.io.MsgPack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;

/** Msgpack taken apart, so that a mutation can change one thing and leave the rest valid. */
sealed interface Tree {

    /** A map as a flat list, keys and values in turn: keys may come twice, or be anything. */
    record Dict(List<Tree> flat) implements Tree { }

    record Seq(List<Tree> items) implements Tree { }

    record Text(byte[] utf8) implements Tree {
        static Text of(String s) {
            return new Text(s.getBytes(StandardCharsets.UTF_8));
        }

        String string() {
            return new String(utf8, StandardCharsets.UTF_8);
        }
    }

    record Bin(byte[] bytes) implements Tree { }

    /** Anything else, and anything forged: bytes that go out as they are. */
    record Raw(byte[] bytes) implements Tree { }

    /** A value behind a header that lies about its length. */
    record Forged(byte[] header, Tree value) implements Tree { }

    /** The values in {@code bytes}, one after the other. */
    static List<Tree> parse(byte[] bytes) {
        List<Tree> all = new ArrayList<>();
        try (MessageUnpacker in = MsgPack.unpacker(bytes)) {
            while (in.hasNext()) {
                all.add(of(in.unpackValue()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    private static Tree of(Value v) throws IOException {
        return switch (v.getValueType()) {
            case MAP -> {
                List<Tree> flat = new ArrayList<>();
                for (Map.Entry<Value, Value> e : v.asMapValue().entrySet()) {
                    flat.add(of(e.getKey()));
                    flat.add(of(e.getValue()));
                }
                yield new Dict(flat);
            }
            case ARRAY -> {
                List<Tree> items = new ArrayList<>();
                for (Value item : v.asArrayValue()) {
                    items.add(of(item));
                }
                yield new Seq(items);
            }
            case STRING -> new Text(v.asRawValue().asByteArray());
            case BINARY -> new Bin(v.asRawValue().asByteArray());
            default -> {
                try (var out = MsgPack.packer()) {
                    out.packValue(v);
                    yield new Raw(out.toByteArray());
                }
            }
        };
    }

    /** The bytes of values, one after the other. */
    static byte[] bytes(List<Tree> values) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (MessagePacker out = MsgPack.packer(all)) {
            for (Tree value : values) {
                write(value, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    private static void write(Tree tree, MessagePacker out) throws IOException {
        switch (tree) {
            case Dict d -> {
                out.packMapHeader((d.flat().size() + 1) / 2);
                writeAll(d.flat(), out);
            }
            case Seq s -> {
                out.packArrayHeader(s.items().size());
                writeAll(s.items(), out);
            }
            case Text t -> {
                out.packRawStringHeader(t.utf8().length);
                out.writePayload(t.utf8());
            }
            case Bin b -> {
                out.packBinaryHeader(b.bytes().length);
                out.writePayload(b.bytes());
            }
            case Raw r -> out.writePayload(r.bytes());
            case Forged f -> {
                out.writePayload(f.header());
                switch (f.value()) {
                    case Dict d -> writeAll(d.flat(), out);
                    case Seq s -> writeAll(s.items(), out);
                    case Text t -> out.writePayload(t.utf8());
                    case Bin b -> out.writePayload(b.bytes());
                    case Raw r -> out.writePayload(r.bytes());
                    case Forged nested -> write(nested, out);
                }
            }
        }
    }

    private static void writeAll(List<Tree> trees, MessagePacker out) throws IOException {
        for (Tree tree : trees) {
            write(tree, out);
        }
    }
}
