package dev.musehub.core.wire;

import dev.musehub.core.io.MsgPack;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessageInsufficientBufferException;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageSizeException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;

/**
 * Msgpack primitives with a budget: no length is believed before it is compared with what the current frame may still
 * hold, so no announced size allocates anything (invariant I9). Confined to one thread.
 */
final class Unpacker {

    // What values take on the heap, with their place in a list or map.
    private static final int SCALAR = 32;
    private static final int TEXT = 96;
    private static final int CONTAINER = 128;

    /** Values may take so many times the bytes that a frame may have; short texts do, as those of commits. */
    private static final int HEAP_FACTOR = 8;
    private static final int HEAP_FREE = 1 << 20;
    private static final int HEAP_STEP = 1 << 18;

    private final MessageUnpacker in;
    private final LongConsumer grown;
    private OutputStream copyTo = OutputStream.nullOutputStream();
    /** One buffer for all copies: a stream may hold a million small values to be copied. */
    private MessagePacker copies;
    private long frameEnd = Long.MAX_VALUE;
    /** What the values of this frame take on the heap, by a generous estimate. */
    private long heap;
    private long told;
    private long mostHeap = Long.MAX_VALUE;

    private Unpacker(MessageUnpacker in, LongConsumer grown) {
        this.in = in;
        this.grown = grown;
    }

    /** A reader of frames; {@code grown} learns now and then how much heap the current one takes. */
    static Unpacker of(InputStream in, LongConsumer grown) {
        return new Unpacker(MsgPack.unpacker(in), grown);
    }

    static Unpacker of(byte[] bytes) {
        return of(bytes, _ -> { });
    }

    static Unpacker of(byte[] bytes, LongConsumer grown) {
        Unpacker unpacker = new Unpacker(MsgPack.unpacker(bytes), grown);
        unpacker.limit(bytes.length);
        return unpacker;
    }

    private void limit(long bytes) {
        frameEnd = in.getTotalReadBytes() + bytes;
        heap = 0;
        told = 0;
        mostHeap = HEAP_FREE + HEAP_FACTOR * bytes;
    }

    /** Counts a value before it exists: small ones take many times their bytes. */
    private void count(long bytes) {
        heap += bytes;
        if (heap > mostHeap) {
            throw Limits.exceeded("bytes that the values of a frame take", heap, mostHeap);
        }
        if (heap - told >= HEAP_STEP) {
            told = heap;
            grown.accept(heap);
        }
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
        limit(bytes);
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
        count(SCALAR);
        return guarded(in::unpackBoolean);
    }

    long integer() {
        count(SCALAR);
        return guarded(in::unpackLong);
    }

    double real() {
        count(SCALAR);
        return guarded(in::unpackDouble);
    }

    int mapHeader() {
        count(CONTAINER);
        // A key and a value take at least a byte each.
        return within(guarded(in::unpackMapHeader), 2);
    }

    int arrayHeader() {
        count(CONTAINER);
        return within(guarded(in::unpackArrayHeader), 1);
    }

    String text() {
        require(ValueType.STRING);
        int length = within(guarded(in::unpackRawStringHeader), 1);
        count(TEXT + 2L * length);
        return CodePoints.decode(guarded(() -> in.readPayload(length)));
    }

    /**
     * The length of the binary that follows, of at most {@code limit} bytes. They are not charged to the frame's
     * budget, which is for everything else.
     */
    int binaryHeader(int limit) {
        require(ValueType.BINARY);
        int length = guarded(in::unpackBinaryHeader);
        if (length > limit) {
            throw Limits.exceeded("bytes of an object", length, limit);
        }
        frameEnd += length;
        return length;
    }

    byte[] payload(int length) {
        return guarded(() -> in.readPayload(length));
    }

    /** Copies the bytes of a binary as they come. */
    void payload(int length, OutputStream to) {
        guarded(() -> {
            payload(length, (Bytes) to::write);
            return null;
        });
    }

    /** The library reads str and bin alike; a stricter reader of the same stream would refuse it. */
    private void require(ValueType type) {
        ValueType actual = nextType();
        if (actual != type) {
            throw new Problem(Problem.Code.MALFORMED_STREAM, "not the msgpack that belongs here: expected "
                    + type.name().toLowerCase(Locale.ROOT) + ", but got " + actual.name().toLowerCase(Locale.ROOT));
        }
    }

    /** Passes over one value of any type. */
    void skip() {
        copy(1, OutputStream.nullOutputStream());
    }

    /** Copies {@code values} values of any type as they come, and keeps nothing of them. */
    void copy(int values, OutputStream to) {
        copyTo = to;
        copies = copies == null ? MsgPack.packer(new CopiesStream()) : copies;
        guarded(() -> {
            for (int n = values; n > 0; n--) {
                copy(copies, 0);
            }
            copies.flush();
            return null;
        });
    }

    private void copy(MessagePacker out, int depth) throws IOException {
        if (depth > Limits.DEPTH) {
            throw Limits.exceeded("nesting of a value", depth, Limits.DEPTH);
        }
        switch (nextType()) {
            case ARRAY -> {
                int length = within(in.unpackArrayHeader(), 1);
                out.packArrayHeader(length);
                for (int n = length; n > 0; n--) {
                    copy(out, depth + 1);
                }
            }
            case MAP -> {
                int length = within(in.unpackMapHeader(), 2);
                out.packMapHeader(length);
                for (int n = 2 * length; n > 0; n--) {
                    copy(out, depth + 1);
                }
            }
            case STRING -> {
                int length = within(in.unpackRawStringHeader(), 1);
                payload(length, out.packRawStringHeader(length)::writePayload);
            }
            case BINARY -> {
                int length = within(in.unpackBinaryHeader(), 1);
                payload(length, out.packBinaryHeader(length)::writePayload);
            }
            case EXTENSION -> {
                ExtensionTypeHeader header = in.unpackExtensionTypeHeader();
                int length = within(header.getLength(), 1);
                payload(length, out.packExtensionTypeHeader(header.getType(), length)::writePayload);
            }
            case NIL, BOOLEAN, INTEGER, FLOAT -> out.packValue(in.unpackValue());
        }
    }

    /** Where copies go now. */
    private final class CopiesStream extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            copyTo.write(b);
        }

        @Override
        public void write(byte[] b, int off, int len) throws IOException {
            copyTo.write(b, off, len);
        }
    }

    /** Takes bytes as they come. */
    private interface Bytes {
        void write(byte[] b, int off, int len) throws IOException;
    }

    private void payload(int length, Bytes to) throws IOException {
        byte[] piece = new byte[Math.min(length, 8192)];
        for (int left = length; left > 0; left -= Math.min(left, piece.length)) {
            int n = Math.min(left, piece.length);
            in.readPayload(piece, 0, n);
            to.write(piece, 0, n);
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
