package dev.musehub.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.server.HealthRoutes;
import dev.musehub.server.HubLog;
import dev.musehub.server.OperationOptions;
import dev.musehub.testing.Await;
import dev.musehub.testing.History;
import dev.musehub.testing.TestCertificate;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that speaks https itself, with certificates as openssl and certbot write them. */
@Tag("T7")
class TlsT7Test {

    @TempDir
    private static Path keys;
    @TempDir
    private Path directory;
    private static TestCertificate ec;
    private static TestCertificate rsa;

    @BeforeAll
    static void make() {
        ec = TestCertificate.make(keys, "EC");
        rsa = TestCertificate.make(keys, "RSA");
    }

    private TestHub hub(Path certificates, Path key) {
        return new TestHub(directory.resolve("data"), tls(certificates, key));
    }

    private static OperationOptions tls(Path certificates, Path key) {
        return new OperationOptions(HubLog.Form.TEXT, HealthRoutes.Open.LOCAL, Duration.ZERO,
                TestHub.DEFAULTS.operation().trust(), Optional.of(new Tls.PemFiles(certificates, key)));
    }

    private static HttpResponse<String> send(TestCertificate trusted, HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trusted.trusting()).build()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }

    @Test
    void aPushAndASignInTravelOverTlsAndTheCookieIsSecure() throws Exception {
        try (TestHub hub = hub(ec.writeCertificate(directory.resolve("c.pem")),
                ec.writeKey(directory.resolve("k.pem")))) {
            assertTrue(hub.hub().url().startsWith("https://"));
            History history = new History();
            history.commit("first", Map.of("a.txt", "one"));
            assertEquals(200, send(ec, HttpRequest.newBuilder(URI.create(hub.repository("x") + "/push/stream"))
                    .header("Authorization", "Bearer " + TestHub.TOKEN)
                    .header("Content-Type", "application/x-muse-packstream")
                    .POST(BodyPublishers.ofByteArray(History.bytes(history.push("main")))).build()).statusCode());
            assertTrue(send(ec, HttpRequest.newBuilder(URI.create(hub.repository("x") + "/refs"))
                    .header("Authorization", "Bearer " + TestHub.TOKEN).build()).body()
                    .contains(history.head().toString()));
            assertTrue(send(ec, HttpRequest.newBuilder(URI.create(hub.hub().url() + "/-/sign-in")).build()).headers()
                    .firstValue("Strict-Transport-Security").orElse("").startsWith("max-age="));
            String cookie = send(ec, HttpRequest.newBuilder(URI.create(hub.hub().url() + "/-/sign-in"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString("token=" + TestHub.TOKEN)).build())
                    .headers().firstValue("Set-Cookie").orElse("");
            assertTrue(cookie.endsWith("; Secure"), cookie);
        }
    }

    @Test
    void whoStopsInTheMiddleOfTheHandshakeIsLetGo() throws Exception {
        try (TestHub hub = TestHub.impatient(directory.resolve("data"), tls(ec.writeCertificate(
                directory.resolve("c.pem")), ec.writeKey(directory.resolve("k.pem"))));
                Socket slow = new Socket("127.0.0.1", hub.port())) {
            // A record of a handshake that announces 512 bytes and brings none.
            slow.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0});
            slow.getOutputStream().flush();
            assertTrue(closed(slow), "the hub said something");
            Await.until("a handshake", () -> speaks(ec, hub));
        }
    }

    private static boolean closed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().readAllBytes().length < 100;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void aRenewedCertificateIsUsedWithoutARestartAndABrokenOneIsNot() throws Exception {
        Path certificates = ec.writeCertificate(directory.resolve("c.pem"));
        Path key = ec.writeKey(directory.resolve("k.pem"));
        try (TestHub hub = hub(certificates, key)) {
            assertTrue(speaks(ec, hub));
            // Half of the change: until the key is there as well, the old pair serves.
            rsa.writeCertificate(certificates);
            Await.until("the refusal of the new certificate", () -> {
                assertTrue(speaks(ec, hub));
                return hub.log().contains("the old one stays");
            });
            rsa.writeKey(key);
            Await.until("the new certificate", () -> speaks(rsa, hub));
            assertFalse(speaks(ec, hub));
        }
    }

    private static boolean speaks(TestCertificate certificate, TestHub hub) throws Exception {
        try (SSLSocket socket = (SSLSocket) certificate.trusting().getSocketFactory()
                .createSocket("127.0.0.1", hub.port())) {
            socket.startHandshake();
            return true;
        } catch (SSLException e) {
            return false;
        }
    }

    @Test
    void keysAreReadAsOpensslWritesThemAndMustBelongToTheCertificate() throws Exception {
        Path ecCertificate = ec.writeCertificate(directory.resolve("ec.pem"));
        Path rsaCertificate = rsa.writeCertificate(directory.resolve("rsa.pem"));
        Path pkcs1 = TestCertificate.pem(directory.resolve("pkcs1.pem"), "RSA PRIVATE KEY",
                PrivateKeyInfo.getInstance(rsa.key().getEncoded()).parsePrivateKey().toASN1Primitive().getEncoded());
        // Reading them proves that they belong together.
        assertEquals("RSA", PemKey.read(rsaCertificate, pkcs1).key().getAlgorithm());
        Path sec1 = TestCertificate.pem(directory.resolve("sec1.pem"), "EC PRIVATE KEY", sec1());
        assertEquals("EC", PemKey.read(ecCertificate, sec1).key().getAlgorithm());
        assertTrue(assertThrows(Problem.class, () -> PemKey.read(ecCertificate, pkcs1)).getMessage()
                .contains("is not the key of"));
        assertTrue(assertThrows(Problem.class, () -> PemKey.read(ecCertificate, ecCertificate)).getMessage()
                .contains("no private key"));
    }

    private static byte[] sec1() throws IOException {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(ec.key().getEncoded());
        ECPrivateKey plain = ECPrivateKey.getInstance(info.parsePrivateKey());
        return new ECPrivateKey(384, plain.getKey(), info.getPrivateKeyAlgorithm().getParameters()).getEncoded();
    }
}
