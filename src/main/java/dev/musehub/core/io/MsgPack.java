package dev.musehub.core.io;

import java.io.InputStream;
import java.io.OutputStream;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;

/**
 * Makes every packer and unpacker of msgpack. The library uses {@code sun.misc.Unsafe}, which Java 25 warns about and a
 * later one removes, unless a property is set before its first class is loaded. So nothing else may make one.
 */
public final class MsgPack {

    private static final int BUFFER = 64 << 10;

    static {
        System.setProperty("msgpack.universal-buffer", "true");
    }

    private MsgPack() {
    }

    /** Packs into memory. */
    public static MessageBufferPacker packer() {
        return MessagePack.newDefaultBufferPacker();
    }

    /** Packs into a stream. */
    public static MessagePacker packer(OutputStream out) {
        return new MessagePack.PackerConfig().withBufferSize(BUFFER).newPacker(out);
    }

    /** Unpacks from memory. */
    public static MessageUnpacker unpacker(byte[] bytes) {
        return MessagePack.newDefaultUnpacker(bytes);
    }

    /** Unpacks from a stream. */
    public static MessageUnpacker unpacker(InputStream in) {
        return new MessagePack.UnpackerConfig().withBufferSize(BUFFER).newUnpacker(in);
    }
}
