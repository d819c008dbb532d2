package dev.musehub.core.history;

import dev.musehub.core.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * Ed25519 signatures of commits. The field {@code signature} holds {@code ed25519:} and 128 hex digits, the signature
 * of the 71 ASCII bytes {@code sha256:<commit id>}; {@code signer_key_id} holds the first 16 hex digits of the SHA-256
 * of the public key, as Muse forms it. BouncyCastle, because it verifies 17,500 a second on a core where the JDK does
 * 2,040 (decisions.md, "BouncyCastle for Ed25519").
 */
public final class CommitSignature {

    public static final int KEY_BYTES = 32;
    /** How the field of an Ed25519 signature begins. */
    public static final String PREFIX = "ed25519:";
    private static final int SIGNATURE_BYTES = 64;

    private CommitSignature() {
    }

    /** The Ed25519 signature in a commit's field; empty for none, or one of another kind. */
    public static Optional<byte[]> parse(String field) {
        if (!field.startsWith(PREFIX) || field.length() != PREFIX.length() + 2 * SIGNATURE_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(HexFormat.of().parseHex(field, PREFIX.length(), field.length()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The name of a public key in commits. */
    public static String keyId(byte[] publicKey) {
        return Sha256.of(publicKey).hex().substring(0, 16);
    }

    /** Whether {@code signature} is that of {@code publicKey} over {@code id}. */
    public static boolean verify(byte[] publicKey, Sha256 id, byte[] signature) {
        Ed25519Signer verifier = new Ed25519Signer();
        try {
            verifier.init(false, new Ed25519PublicKeyParameters(publicKey, 0));
        } catch (IllegalArgumentException e) {
            return false;
        }
        byte[] message = message(id);
        verifier.update(message, 0, message.length);
        return verifier.verifySignature(signature);
    }

    /** What is signed of commit {@code id}. */
    public static byte[] message(Sha256 id) {
        return id.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
