package dev.musehub.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Ids of the snapshots of a history, as {@link Ids#snapshot} defines them. Remembers the text that was hashed last:
 * where a manifest has the same paths, which is usual, its text is a copy with a few ids replaced. What is left is the
 * hashing itself. Safe for several threads.
 */
public final class SnapshotHash {

    /** Texts longer than this are hashed piece by piece and not remembered. */
    private static final long REMEMBERED_BYTES = 4 << 20;

    private final AtomicReference<Optional<Text>> last = new AtomicReference<>(Optional.empty());

    /** What is hashed of a manifest; {@code ids} are the positions of its ids in it. */
    private record Text(Manifest manifest, byte[] bytes, int[] ids) { }

    /** The id of {@code manifest}. */
    public Sha256 of(Manifest manifest) {
        Optional<Text> alike = last.get().filter(text -> manifest.hasPathsOf(text.manifest()));
        long most = alike.isPresent() ? 0 : mostBytes(manifest);
        if (most > REMEMBERED_BYTES) {
            return Ids.snapshot(manifest);
        }
        Text text = alike.map(before -> changed(before, manifest)).orElseGet(() -> whole(manifest, (int) most));
        last.set(Optional.of(text));
        return Sha256.of(text.bytes());
    }

    /** A character takes three bytes at most: one beyond the basic plane is two of Java's, and takes four. */
    private static long mostBytes(Manifest manifest) {
        long bytes = 0;
        for (int i = 0; i < manifest.size(); i++) {
            bytes += 3L * manifest.path(i).length() + 2 + Sha256.HEX_LENGTH;
        }
        return bytes;
    }

    private static Text whole(Manifest manifest, int most) {
        byte[] bytes = new byte[most];
        int[] ids = new int[manifest.size()];
        int at = 0;
        for (int i = 0; i < manifest.size(); i++) {
            at += i > 0 ? 1 : 0;
            byte[] path = CodePoints.utf8(manifest.path(i));
            System.arraycopy(path, 0, bytes, at, path.length);
            at += path.length + 1;
            ids[i] = at;
            manifest.objectId(i).writeHex(bytes, at);
            at += Sha256.HEX_LENGTH;
        }
        return new Text(manifest, Arrays.copyOf(bytes, at), ids);
    }

    private static Text changed(Text before, Manifest manifest) {
        byte[] bytes = before.bytes().clone();
        for (int i = 0; i < manifest.size(); i++) {
            Sha256 id = manifest.objectId(i);
            if (!id.equals(before.manifest().objectId(i))) {
                id.writeHex(bytes, before.ids()[i]);
            }
        }
        return new Text(manifest, bytes, before.ids());
    }
}
