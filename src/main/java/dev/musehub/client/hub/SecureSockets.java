package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * TLS on connections to hubs, and what to do where it fails. Trusted are the authorities that Java knows, and the
 * certificates in the PEM file that {@code MUSEHUB_CA} names.
 */
public final class SecureSockets {

    private static final String CA = "MUSEHUB_CA";
    /** A port of plain http says nothing to a handshake: it waits for the end of a line. */
    private static final int HANDSHAKE_MILLIS = 10_000;

    private static SSLSocketFactory factory;

    private SecureSockets() {
    }

    /** Secures {@code plain}, which is connected to {@code name}; the certificate must be for that name. */
    public static SSLSocket over(Socket plain, String name, int port) throws IOException {
        SSLSocket socket = (SSLSocket) factory().createSocket(plain, name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        int patience = plain.getSoTimeout();
        socket.setSoTimeout(HANDSHAKE_MILLIS);
        socket.startHandshake();
        socket.setSoTimeout(patience);
        return socket;
    }

    private static synchronized SSLSocketFactory factory() throws IOException {
        if (factory == null) {
            Optional<String> file = Optional.ofNullable(System.getenv(CA)).filter(name -> !name.isBlank());
            factory = file.isEmpty() ? (SSLSocketFactory) SSLSocketFactory.getDefault() : trusting(Path.of(file.get()));
        }
        return factory;
    }

    private static SSLSocketFactory trusting(Path file) throws IOException {
        List<Certificate> trusted = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            trusted.addAll(CertificateFactory.getInstance("X.509").generateCertificates(in));
        } catch (IOException | GeneralSecurityException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, CA + ": " + file + " cannot be read as certificates in PEM ("
                    + e.getMessage() + ")", e);
        }
        if (trusted.isEmpty()) {
            throw new Problem(Problem.Code.BAD_REQUEST, CA + ": " + file + " has no certificate in PEM");
        }
        try {
            trusted.addAll(Arrays.stream(managers(null)).filter(X509TrustManager.class::isInstance)
                    .flatMap(known -> Arrays.stream(((X509TrustManager) known).getAcceptedIssuers())).toList());
            KeyStore all = KeyStore.getInstance("PKCS12");
            all.load(null, null);
            for (Certificate certificate : trusted) {
                all.setCertificateEntry(Integer.toString(all.size()), certificate);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(all), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** Those that trust {@code keys}; null stands for what Java knows. */
    private static TrustManager[] managers(KeyStore keys) throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        return trust.getTrustManagers();
    }

    /** The certificate that the other side has shown. */
    public static X509Certificate certificate(SSLSocket socket) throws IOException {
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    /** Why {@link #over} failed, and what to do. */
    public static String advice(IOException e) {
        String said = String.valueOf(e.getMessage());
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return "the certificate has expired: renew it";
            }
        }
        if (said.contains("subject alternative") || said.contains("No name matching")) {
            return "the certificate is for another name (" + said + "): use that name, or get one for this";
        }
        if (said.contains("PKIX")) {
            return "this machine does not know who issued the certificate: let the hub send the whole chain, or trust"
                    + " the issuer with " + CA + "=FILE, a PEM file with its certificate";
        }
        return "no TLS at this port (" + (e instanceof SocketTimeoutException ? "no answer in "
                + HANDSHAKE_MILLIS / 1000 + " s" : said) + "): check the port; if the hub has no TLS, use http://";
    }
}
