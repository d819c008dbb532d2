package dev.musehub.server.http;

import dev.musehub.core.model.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** A certificate with its chain and its key, from PEM files. */
record PemKey(List<X509Certificate> chain, PrivateKey key) {

    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    /**
     * Reads both files.
     *
     * @throws Problem {@code bad-request} where they are not such files, or do not belong together
     */
    static PemKey read(Path certificates, Path key) {
        PemKey read = new PemKey(chain(certificates), key(key));
        if (!read.belongs()) {
            throw new Problem(Problem.Code.BAD_REQUEST, key + " is not the key of the first certificate in "
                    + certificates);
        }
        return read;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, file + " cannot be read (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    private static List<X509Certificate> chain(Path file) {
        try {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509").generateCertificates(
                            new ByteArrayInputStream(text(file).getBytes(StandardCharsets.ISO_8859_1))).stream()
                    .map(X509Certificate.class::cast).toList();
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            // Reported below, like an empty file.
        }
        throw new Problem(Problem.Code.BAD_REQUEST, file + " holds no certificates in PEM form");
    }

    private static PrivateKey key(Path file) {
        Matcher block = BLOCK.matcher(text(file));
        if (!block.find()) {
            throw new Problem(Problem.Code.BAD_REQUEST, file + " holds no private key in PEM form");
        }
        if (block.group(1).startsWith("ENCRYPTED")) {
            throw new Problem(Problem.Code.BAD_REQUEST, file + " is encrypted; write it without: openssl pkey -in "
                    + file + " -out PLAIN");
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(block.group(2));
            PrivateKeyInfo info = switch (block.group(1)) {
                case "RSA PRIVATE KEY" -> new PrivateKeyInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption),
                        RSAPrivateKey.getInstance(bytes));
                case "EC PRIVATE KEY" -> new PrivateKeyInfo(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey,
                        ECPrivateKey.getInstance(bytes).getParametersObject()), ECPrivateKey.getInstance(bytes));
                default -> PrivateKeyInfo.getInstance(bytes);
            };
            return KeyFactory.getInstance(algorithm(info)).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, file + " holds no key that can be used: " + e.getMessage(), e);
        }
    }

    private static String algorithm(PrivateKeyInfo info) {
        String oid = info.getPrivateKeyAlgorithm().getAlgorithm().getId();
        return oid.equals(PKCSObjectIdentifiers.rsaEncryption.getId()) ? "RSA"
                : oid.equals(X9ObjectIdentifiers.id_ecPublicKey.getId()) ? "EC" : "EdDSA";
    }

    /** Whether the certificate verifies what the key signs. */
    private boolean belongs() {
        PublicKey open = chain.getFirst().getPublicKey();
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "EdDSA";
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
