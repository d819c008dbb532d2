package dev.musehub.client.muse;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/**
 * The Ed25519 key of the user. It is kept as PKCS#8 PEM (RFC 8410), so that other tools can read or make it, in
 * {@code ~/.muse/keys/ed25519.pem}, which only its owner can read.
 */
public final class UserKey {

    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private final byte[] seed;

    private UserKey(byte[] seed) {
        this.seed = seed;
    }

    /**
     * The key of the user.
     *
     * @throws Problem {@code not-found} if there is none, {@code bad-request} if the file holds something else
     */
    public static UserKey ofUser() throws IOException {
        if (!Files.exists(file())) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is no signing key in " + file()
                    + "; make and register one with 'musehub key add'");
        }
        String pem = Files.readString(file());
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.replace(BEGIN, "").replace(END, "").strip());
            if (der.length == PKCS8.length + CommitSignature.KEY_BYTES && Arrays.mismatch(der, PKCS8) == PKCS8.length) {
                return new UserKey(Arrays.copyOfRange(der, PKCS8.length, der.length));
            }
        } catch (IllegalArgumentException e) {
            // Not base64: refused below.
        }
        throw new Problem(Problem.Code.BAD_REQUEST, file() + " is not an Ed25519 private key in PKCS#8 PEM; replace it,"
                + " or move it away and run 'musehub key add'");
    }

    /** The key of the user. A user without a key gets a new one. */
    public static UserKey ofUserOrNew() throws IOException {
        if (Files.exists(file())) {
            return ofUser();
        }
        byte[] seed = new byte[CommitSignature.KEY_BYTES];
        new SecureRandom().nextBytes(seed);
        byte[] der = Arrays.copyOf(PKCS8, PKCS8.length + seed.length);
        System.arraycopy(seed, 0, der, PKCS8.length, seed.length);
        SafeFiles.writePrivate(file(), (BEGIN + "\n" + Base64.getEncoder().encodeToString(der) + "\n" + END + "\n")
                .getBytes(StandardCharsets.US_ASCII));
        return new UserKey(seed);
    }

    private static Path file() {
        return Identity.home().resolve(".muse/keys/ed25519.pem");
    }

    public byte[] publicKey() {
        return publicKey(seed);
    }

    /** The public key of a private one (its 32-byte seed). */
    public static byte[] publicKey(byte[] seed) {
        return Ed25519.publicKey(seed);
    }

    /** The field {@code signature} for commit {@code id}. */
    public static String sign(byte[] seed, Sha256 id) {
        return Ed25519.sign(seed, id);
    }

    /**
     * Apart, because the library's jar is signed: java checks its signatures when the first of its classes is needed.
     * In the class around this that was at every start of the client, and took 120 ms.
     */
    private static final class Ed25519 {

        static byte[] publicKey(byte[] seed) {
            return new Ed25519PrivateKeyParameters(seed, 0).generatePublicKey().getEncoded();
        }

        static String sign(byte[] seed, Sha256 id) {
            Ed25519Signer signer = new Ed25519Signer();
            signer.init(true, new Ed25519PrivateKeyParameters(seed, 0));
            byte[] message = CommitSignature.message(id);
            signer.update(message, 0, message.length);
            return CommitSignature.PREFIX + HexFormat.of().formatHex(signer.generateSignature());
        }
    }

    /**
     * Signs those of {@code commits} that have no signature, and rewrites their files; returns all of {@code commits}.
     * Their ids do not change, because a signature is not part of an id.
     */
    public List<Commit> sign(List<Commit> commits, MuseRepository repository) {
        String keyId = CommitSignature.keyId(publicKey());
        return commits.stream().map(commit -> {
            if (!commit.signature().isEmpty()) {
                return commit;
            }
            Commit signed = commit.withSignature(sign(seed, commit.id()), keyId);
            repository.rewriteCommit(signed);
            return signed;
        }).toList();
    }
}
