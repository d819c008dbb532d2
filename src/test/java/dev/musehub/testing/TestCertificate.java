package dev.musehub.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A self-signed certificate for 127.0.0.1, made by the JDK's keytool. */
public record TestCertificate(X509Certificate certificate, PrivateKey key, Path store) {

    /** The password of {@link #store}, which holds the key too. */
    public static final String PASSWORD = "changeit";

    /** Makes one; {@code algorithm} as keytool names it: EC, RSA. */
    public static TestCertificate make(Path directory, String algorithm) {
        try {
            Path store = Files.createTempFile(directory, algorithm, ".p12");
            Files.delete(store);
            Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair", "-alias", "a", "-keyalg", algorithm, "-dname", "CN=127.0.0.1", "-ext",
                    "SAN=ip:127.0.0.1", "-validity", "2", "-keystore", store.toString(), "-storepass", PASSWORD)
                    .redirectErrorStream(true).start();
            String said = new String(keytool.getInputStream().readAllBytes());
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            return new TestCertificate((X509Certificate) keys.getCertificate("a"),
                    (PrivateKey) keys.getKey("a", PASSWORD.toCharArray()), store);
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes one PEM file. */
    public static Path pem(Path file, String kind, byte[] bytes) {
        String text = "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes)
                + "\n-----END " + kind + "-----\n";
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes the certificate as PEM. */
    public Path writeCertificate(Path file) throws GeneralSecurityException {
        return pem(file, "CERTIFICATE", certificate.getEncoded());
    }

    /** Writes the key as PEM, in PKCS#8. */
    public Path writeKey(Path file) {
        return pem(file, "PRIVATE KEY", key.getEncoded());
    }

    /** For clients that trust this certificate and no other. */
    public SSLContext trusting() throws GeneralSecurityException, IOException {
        KeyStore known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        known.setCertificateEntry("a", certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
