package dev.musehub.core.history;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Sha256;
import java.security.MessageDigest;
import java.util.List;

/** The formulas of ids (format.md, "Ids"); golden cases are among the test resources. */
public final class Ids {

    private static final byte NUL = 0;

    private Ids() {
    }

    /** The id of a file's content. */
    public static Sha256 object(byte[] content) {
        return Sha256.of(content);
    }

    /**
     * The id of a manifest: the hash of its {@code path NUL hex-id} entries in code-point order, joined by NUL. Muse
     * sorts the joined strings; as NUL is the smallest character, that is the order of the paths.
     */
    public static Sha256 snapshot(Manifest manifest) {
        MessageDigest digest = Sha256.digest();
        // One buffer between the entries and the digest: 836,788 entries hashed in pieces of a few bytes cost more in
        // calls than in hashing.
        byte[] buffer = new byte[16 * 1024];
        int filled = 0;
        for (int i = 0; i < manifest.size(); i++) {
            byte[] path = CodePoints.utf8(manifest.path(i));
            int entry = path.length + 2 + Sha256.HEX_LENGTH;
            if (filled + entry > buffer.length) {
                digest.update(buffer, 0, filled);
                filled = 0;
                if (entry > buffer.length) {
                    buffer = new byte[entry];
                }
            }
            if (i > 0) {
                buffer[filled++] = NUL;
            }
            System.arraycopy(path, 0, buffer, filled, path.length);
            filled += path.length;
            buffer[filled++] = NUL;
            manifest.objectId(i).writeHex(buffer, filled);
            filled += Sha256.HEX_LENGTH;
        }
        digest.update(buffer, 0, filled);
        return Sha256.ofBytes(digest.digest());
    }

    /** The id of a commit. Parents are hashed sorted; {@code committedAt} is hashed as the exact string stored. */
    public static Sha256 commit(List<Sha256> parents, Sha256 snapshotId, String message, String committedAt) {
        StringBuilder payload = new StringBuilder();
        List<Sha256> sorted = parents.stream().sorted().toList();
        for (int i = 0; i < sorted.size(); i++) {
            payload.append(i > 0 ? "\0" : "").append(sorted.get(i).hex());
        }
        payload.append('\0').append(snapshotId.hex()).append('\0').append(message).append('\0').append(committedAt);
        return Sha256.of(CodePoints.utf8(payload.toString()));
    }
}
