package dev.musehub.client.muse;

import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The user's Ed25519 private key, as PKCS#8 PEM (RFC 8410), so that other tools can read or make it. Kept beside the
 * tokens, readable by its owner only.
 */
public final class SigningKeyFile {

    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private final Path file;

    SigningKeyFile(Path file) {
        this.file = file;
    }

    /** {@code ~/.muse/keys/ed25519.pem}. */
    public static SigningKeyFile ofUser() {
        return new SigningKeyFile(Identity.home().resolve(".muse/keys/ed25519.pem"));
    }

    Path path() {
        return file;
    }

    /** Makes a new key; an existing one is never replaced. */
    public byte[] create() throws IOException {
        if (Files.exists(file)) {
            throw new Problem(Problem.Code.CONFLICT, file + " holds a key already; move it away first");
        }
        byte[] seed = new byte[CommitSignature.KEY_BYTES];
        new SecureRandom().nextBytes(seed);
        byte[] der = Arrays.copyOf(PKCS8, PKCS8.length + seed.length);
        System.arraycopy(seed, 0, der, PKCS8.length, seed.length);
        SafeFiles.writePrivate(file, (BEGIN + "\n" + Base64.getEncoder().encodeToString(der) + "\n" + END + "\n")
                .getBytes(StandardCharsets.US_ASCII));
        return seed;
    }

    public boolean exists() {
        return Files.exists(file);
    }

    /**
     * The private key's 32 bytes.
     *
     * @throws Problem {@code not-found} where there is none
     */
    public byte[] read() throws IOException {
        String pem;
        try {
            pem = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new Problem(Problem.Code.NOT_FOUND, "no signing key in " + file + "; make and register one with"
                    + " 'musehub key add'", e);
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(pem.replace(BEGIN, "").replace(END, "").strip());
            if (der.length == PKCS8.length + CommitSignature.KEY_BYTES && Arrays.mismatch(der, PKCS8) == PKCS8.length) {
                return Arrays.copyOfRange(der, PKCS8.length, der.length);
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new Problem(Problem.Code.BAD_REQUEST, file + " is not an Ed25519 private key in PKCS#8 PEM; replace it,"
                + " or move it away and run 'musehub key add'");
    }
}
