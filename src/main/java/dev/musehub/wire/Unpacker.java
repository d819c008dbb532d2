package dev.musehub.wire;

import dev.musehub.model.CodePoints;
import dev.musehub.model.Problem;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntConsumer;
import org.msgpack.core.MessageInsufficientBufferException;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageSizeException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;

/**
 * Msgpack primitives with a budget: no length is believed before it is compared with what the current frame may still
 * hold, so no announced size allocates anything (invariant I9). Confined to one thread.
 */
final class Unpacker {

    private static final MessagePack.UnpackerConfig CONFIG = new MessagePack.UnpackerConfig().withBufferSize(64 << 10);

    private final MessageUnpacker in;
    private long frameEnd = Long.MAX_VALUE;

    private Unpacker(MessageUnpacker in) {
        this.in = in;
    }

    static Unpacker of(InputStream in) {
        return new Unpacker(CONFIG.newUnpacker(in));
    }

    static Unpacker of(byte[] bytes) {
        Unpacker unpacker = new Unpacker(CONFIG.newUnpacker(bytes));
        unpacker.frameEnd = bytes.length;
        return unpacker;
    }

    /** A primitive read, with the library's failures turned into ours. */
    private interface Read<T> {
        T run() throws IOException;
    }

    private static <T> T guarded(Read<T> read) {
        try {
            return read.run();
        } catch (MessageInsufficientBufferException | EOFException e) {
            throw new Problem(Problem.Code.TRUNCATED_STREAM, "the stream ends inside a frame; send it again");
        } catch (MessageSizeException e) {
            throw Limits.exceeded("an announced length", e.getSize(), Integer.MAX_VALUE);
        } catch (MessagePackException e) {
            throw new Problem(Problem.Code.MALFORMED_STREAM, "not the msgpack that belongs here: " + e.getMessage());
        } catch (IOException e) {
            throw new Problem(Problem.Code.TRUNCATED_STREAM, "the stream broke off; send it again", e);
        }
    }

    /** Whether another value follows; waits for the peer. */
    boolean hasNext() {
        return guarded(in::hasNext);
    }

    /** From here on, at most {@code bytes} may be read before the next call. */
    void beginFrame(long bytes) {
        frameEnd = in.getTotalReadBytes() + bytes;
    }

    void requireEnd() {
        if (hasNext()) {
            throw new Problem(Problem.Code.MALFORMED_STREAM, "bytes follow where the value should end");
        }
    }

    long position() {
        return in.getTotalReadBytes();
    }

    ValueType nextType() {
        return guarded(() -> in.getNextFormat().getValueType());
    }

    /** Consumes a nil if one is next. */
    boolean tryNil() {
        return guarded(in::tryUnpackNil);
    }

    void nil() {
        guarded(() -> {
            in.unpackNil();
            return null;
        });
    }

    boolean bool() {
        return guarded(in::unpackBoolean);
    }

    long integer() {
        return guarded(in::unpackLong);
    }

    double real() {
        return guarded(in::unpackDouble);
    }

    int mapHeader() {
        // A key and a value take at least a byte each.
        return within(guarded(in::unpackMapHeader), 2);
    }

    int arrayHeader() {
        return within(guarded(in::unpackArrayHeader), 1);
    }

    String text() {
        int length = within(guarded(in::unpackRawStringHeader), 1);
        return CodePoints.decode(guarded(() -> in.readPayload(length)));
    }

    /**
     * Binary of at most {@code limit} bytes. The bytes are not charged to the frame's budget, which is for everything
     * else; {@code beforeAllocating} is told the length first, and may wait or throw.
     */
    byte[] binary(int limit, IntConsumer beforeAllocating) {
        int length = guarded(in::unpackBinaryHeader);
        if (length > limit) {
            throw Limits.exceeded("bytes of an object", length, limit);
        }
        beforeAllocating.accept(length);
        frameEnd += length;
        return guarded(() -> in.readPayload(length));
    }

    /** Passes over one value of any type. */
    void skip() {
        skip(0);
    }

    private void skip(int depth) {
        if (depth > Limits.DEPTH) {
            throw Limits.exceeded("nesting of a value", depth, Limits.DEPTH);
        }
        switch (nextType()) {
            case ARRAY -> {
                for (int n = arrayHeader(); n > 0; n--) {
                    skip(depth + 1);
                }
            }
            case MAP -> {
                for (int n = 2 * mapHeader(); n > 0; n--) {
                    skip(depth + 1);
                }
            }
            case STRING -> skipBytes(within(guarded(in::unpackRawStringHeader), 1));
            case BINARY -> skipBytes(within(guarded(in::unpackBinaryHeader), 1));
            case EXTENSION -> skipBytes(within(guarded(in::unpackExtensionTypeHeader).getLength(), 1));
            case NIL, BOOLEAN, INTEGER, FLOAT -> guarded(() -> {
                in.skipValue();
                return null;
            });
        }
    }

    private void skipBytes(int length) {
        byte[] pass = new byte[Math.min(length, 8192)];
        for (int left = length; left > 0; left -= Math.min(left, pass.length)) {
            int n = Math.min(left, pass.length);
            guarded(() -> {
                in.readPayload(pass, 0, n);
                return null;
            });
        }
    }

    private int within(int count, int bytesEach) {
        long left = frameEnd - in.getTotalReadBytes();
        if ((long) count * bytesEach > left) {
            throw Limits.exceeded("bytes announced inside a frame", (long) count * bytesEach, Math.max(0, left));
        }
        return count;
    }
}
