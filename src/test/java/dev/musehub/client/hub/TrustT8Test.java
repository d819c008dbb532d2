package dev.musehub.client.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.server.HealthRoutes;
import dev.musehub.server.HubLog;
import dev.musehub.server.OperationOptions;
import dev.musehub.server.http.Tls;
import dev.musehub.testing.Musehub;
import dev.musehub.testing.TestCertificate;
import dev.musehub.testing.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads where TLS fails, and the certificate of a private authority that the client is told to trust. */
@Tag("T8")
class TrustT8Test {

    @TempDir
    private Path directory;

    private void says(int exitCode, String part, Map<String, String> more, String... command)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("MUSE_TOKEN", TestHub.TOKEN);
        Process process = Musehub.start(directory, environment, command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(exitCode, process.waitFor(), output);
        assertTrue(output.contains(part), () -> "'" + part + "' in\n" + output);
    }

    @Test
    void httpsAtAPortOfPlainHttpIsToldSo() throws Exception {
        try (TestHub hub = new TestHub(directory.resolve("data"))) {
            says(5, "use http://", Map.of(), "clone", "https://127.0.0.1:" + hub.port() + "/dev/x");
        }
    }

    @Test
    void aPrivateAuthorityIsTrustedWhereItsCertificateIsNamed() throws Exception {
        TestCertificate own = TestCertificate.make(directory, "EC");
        Path certificate = own.writeCertificate(directory.resolve("c.pem"));
        OperationOptions tls = new OperationOptions(HubLog.Form.TEXT, HealthRoutes.Open.LOCAL, Duration.ZERO,
                TestHub.DEFAULTS.operation().trust(),
                Optional.of(new Tls.PemFiles(certificate, own.writeKey(directory.resolve("k.pem")))));
        Path other = TestCertificate.make(directory, "RSA").writeCertificate(directory.resolve("other.pem"));
        Path none = Files.writeString(directory.resolve("none.pem"), "no certificate");
        try (TestHub hub = new TestHub(directory.resolve("data"), tls)) {
            String url = hub.repository("x").toString();
            says(5, "MUSEHUB_CA=FILE", Map.of(), "clone", url);
            says(5, "MUSEHUB_CA=FILE", Map.of("MUSEHUB_CA", other.toString()), "clone", url);
            says(4, "there is no repository", Map.of("MUSEHUB_CA", certificate.toString()), "clone", url);
            says(5, "use https://", Map.of(), "clone", url.replace("https", "http"));
            for (Path wrong : new Path[] {none, directory.resolve("absent.pem")}) {
                says(1, "MUSEHUB_CA: " + wrong, Map.of("MUSEHUB_CA", wrong.toString()), "clone", url);
            }
            says(5, "ok   tls", Map.of("MUSEHUB_CA", certificate.toString()), "doctor", "--silence", "0", url);
            says(5, "MUSEHUB_CA=FILE", Map.of(), "doctor", "--silence", "0", url);
        }
    }
}
