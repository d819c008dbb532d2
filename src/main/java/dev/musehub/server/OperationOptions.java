package dev.musehub.server;

import dev.musehub.core.model.Problem;
import dev.musehub.server.http.Cidr;
import dev.musehub.server.http.ClientAddress;
import dev.musehub.server.http.Tls;
import dev.musehub.settings.Setting;
import dev.musehub.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How a hub is operated.
 *
 * @param log the form of the log's lines
 * @param inside who may read metrics and the details of {@code /health}
 * @param notice how long a stopping hub reports that it is not ready while it still serves requests; in this time a
 *     load balancer turns to another hub
 * @param trust which proxies the hub believes, and its public address
 * @param tls its certificate; empty for plain HTTP
 */
public record OperationOptions(HubLog.Form log, HealthRoutes.Open inside, Duration notice, ClientAddress.Trust trust,
        Optional<Tls.PemFiles> tls) {

    static OperationOptions of(Settings settings) {
        return new OperationOptions(HubLog.Form.valueOf(word(settings, Setting.LOG)),
                HealthRoutes.Open.valueOf(word(settings, Setting.METRICS)),
                Duration.ofSeconds(settings.number(Setting.DRAIN_NOTICE)),
                new ClientAddress.Trust(settings.text(Setting.PUBLIC_URL).map(OperationOptions::publicUrl),
                        Cidr.list(settings.required(Setting.TRUSTED_PROXIES))),
                tls(settings));
    }

    private static URI publicUrl(String text) {
        try {
            URI url = new URI(text.replaceFirst("/$", ""));
            if (url.getHost() != null && String.valueOf(url.getScheme()).matches("https?")
                    && url.getRawPath().isEmpty() && url.getRawUserInfo() == null && url.getRawQuery() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Reported below, like any other text that is not such an address.
        }
        throw new Problem(Problem.Code.BAD_REQUEST, Setting.PUBLIC_URL.variable()
                + " must look like https://hub.example, not '" + text + "'");
    }

    private static Optional<Tls.PemFiles> tls(Settings settings) {
        Optional<String> certificates = settings.text(Setting.TLS_CERT);
        Optional<String> key = settings.text(Setting.TLS_KEY);
        if (certificates.isPresent() != key.isPresent()) {
            throw new Problem(Problem.Code.BAD_REQUEST, Setting.TLS_CERT.variable() + " and "
                    + Setting.TLS_KEY.variable() + " belong together; set both or none");
        }
        return certificates.map(file -> new Tls.PemFiles(Path.of(file), Path.of(key.orElseThrow())));
    }

    private static String word(Settings settings, Setting setting) {
        return settings.required(setting).toUpperCase(Locale.ROOT);
    }
}
