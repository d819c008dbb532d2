package dev.musehub.server.http;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import dev.musehub.core.model.Problem;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The hub's certificate. New connections make it look at the files again: a renewed certificate is used from then on,
 * without a restart. If it cannot be used, the log says so, and the old one stays.
 */
public final class Tls extends X509ExtendedKeyManager {

    private static final Duration LOOK = Duration.ofSeconds(2);

    /**
     * The files.
     *
     * @param certificates the hub's own first, then its chain
     * @param key the key of the first certificate
     */
    public record PemFiles(Path certificates, Path key) {

        private List<Object> state() throws IOException {
            return List.of(Files.getLastModifiedTime(certificates), Files.size(certificates),
                    Files.getLastModifiedTime(key), Files.size(key));
        }
    }

    /** One state of the files. Each has an alias of its own in the key store, so that key and chain always match. */
    private record Loaded(String alias, X509ExtendedKeyManager keys, List<Object> state) { }

    private final PemFiles files;
    private final Consumer<String> log;
    private volatile Loaded current;
    private volatile Optional<Loaded> before = Optional.empty();
    private long looked = System.nanoTime();

    /**
     * Reads the files.
     *
     * @throws Problem {@code bad-request} where they cannot be used
     */
    public Tls(PemFiles files, Consumer<String> log) throws IOException {
        this.files = files;
        this.log = log;
        this.current = load(0);
    }

    private Loaded load(int number) throws IOException {
        // First the state, then the content: a change in between is then noticed the next time.
        List<Object> state = files.state();
        PemKey pem = PemKey.read(files.certificates(), files.key());
        String alias = "hub" + number;
        char[] none = new char[0];
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry(alias, pem.key(), none, pem.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
            factory.init(store, none);
            return new Loaded(alias, (X509ExtendedKeyManager) factory.getKeyManagers()[0], state);
        } catch (GeneralSecurityException e) {
            throw new Problem(Problem.Code.BAD_REQUEST, "the certificate cannot be used: " + e.getMessage(), e);
        }
    }

    /** The configurator for the JDK's server. */
    public HttpsConfigurator configurator() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {this}, null, null);
            return new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters parameters) {
                    parameters.setSSLParameters(getSSLContext().getDefaultSSLParameters());
                }
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    private synchronized void look() {
        if (System.nanoTime() - looked < LOOK.toNanos()) {
            return;
        }
        looked = System.nanoTime();
        try {
            List<Object> state = files.state();
            if (state.equals(current.state())) {
                return;
            }
            Loaded next = load(Integer.parseInt(current.alias().substring(3)) + 1);
            before = Optional.of(current);
            current = next;
            log.accept("a new certificate is in use: " + files.certificates());
        } catch (IOException | Problem e) {
            log.accept("WARNING: the new certificate cannot be used, the old one stays: " + e.getMessage());
        }
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        look();
        return current.keys().chooseEngineServerAlias(keyType, issuers, engine);
    }

    private X509ExtendedKeyManager holder(String alias) {
        return before.filter(old -> old.alias().equals(alias)).orElse(current).keys();
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return holder(alias).getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return holder(alias).getPrivateKey(alias);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return current.keys().getServerAliases(keyType, issuers);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return current.keys().chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        throw new UnsupportedOperationException("the hub is a server");
    }
}
