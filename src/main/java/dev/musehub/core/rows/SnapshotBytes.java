package dev.musehub.core.rows;

import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.io.MsgPack;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;

/**
 * The bytes of the columns {@code delta}, {@code manifest} and {@code key_order}: msgpack, ids as 32 raw bytes. Paths
 * were checked before they were written, so reading does not check them again.
 */
public final class SnapshotBytes {

    private SnapshotBytes() {
    }

    /** A difference as a map of paths to ids, then an array of removed paths. */
    public static byte[] encode(ManifestDelta delta) {
        try (var out = MsgPack.packer()) {
            out.packMapHeader(delta.set().size());
            for (Map.Entry<String, Sha256> e : delta.set().entrySet()) {
                writeText(out, e.getKey());
                out.packBinaryHeader(Sha256.BYTES);
                out.writePayload(e.getValue().bytes());
            }
            out.packArrayHeader(delta.del().size());
            for (String path : delta.del()) {
                writeText(out, path);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("writing to memory", e);
        }
    }

    private static void writeText(MessagePacker out, String text) throws IOException {
        byte[] utf8 = CodePoints.utf8(text);
        out.packRawStringHeader(utf8.length);
        out.writePayload(utf8);
    }

    /** What {@link #encode(ManifestDelta)} wrote. */
    public static ManifestDelta decodeDelta(byte[] bytes) {
        try (MessageUnpacker in = MsgPack.unpacker(bytes)) {
            Map<String, Sha256> set = new TreeMap<>(CodePoints.ORDER);
            for (int n = in.unpackMapHeader(); n > 0; n--) {
                String path = CodePoints.decode(in.readPayload(in.unpackRawStringHeader()));
                set.put(path, Sha256.ofBytes(in.readPayload(in.unpackBinaryHeader())));
            }
            List<String> del = new ArrayList<>();
            for (int n = in.unpackArrayHeader(); n > 0; n--) {
                del.add(CodePoints.decode(in.readPayload(in.unpackRawStringHeader())));
            }
            return new ManifestDelta(set, del);
        } catch (IOException e) {
            throw new AssertionError("reading from memory", e);
        }
    }

    /** About how many bytes the whole of {@code manifest} would take; exact but for non-ASCII paths. */
    public static long wholeLength(Manifest manifest) {
        long length = 0;
        for (int i = 0; i < manifest.size(); i++) {
            length += manifest.path(i).length() + Sha256.BYTES + 4;
        }
        return length;
    }

    /** Positions as an array of integers. */
    public static byte[] encode(int[] order) {
        try (var out = MsgPack.packer()) {
            out.packArrayHeader(order.length);
            for (int position : order) {
                out.packInt(position);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("writing to memory", e);
        }
    }

    /** What {@link #encode(int[])} wrote. */
    public static int[] decodeOrder(byte[] bytes) {
        try (MessageUnpacker in = MsgPack.unpacker(bytes)) {
            int[] order = new int[in.unpackArrayHeader()];
            for (int i = 0; i < order.length; i++) {
                order[i] = in.unpackInt();
            }
            return order;
        } catch (IOException e) {
            throw new AssertionError("reading from memory", e);
        }
    }
}
