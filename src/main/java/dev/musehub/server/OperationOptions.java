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
 * How a hub is run, beside what it does.
 *
 * @param log what lines of the log look like
 * @param inside who may look inside
 * @param notice how long a hub that stops tells that it is not ready any more, before it refuses requests: time for a
 *     load balancer to turn to another
 * @param trust whom it believes about the way of its requests
 * @param tls its certificate; empty to speak plain HTTP
 */
public record OperationOptions(HubLog.Form log, HealthRoutes.Open inside, Duration notice, ClientAddress.Trust trust,
        Optional<Tls.PemFiles> tls) {

    public static final OperationOptions DEFAULT = new OperationOptions(HubLog.Form.TEXT, HealthRoutes.Open.LOCAL, Duration.ZERO,
            new ClientAddress.Trust(Optional.empty(), Cidr.list(Setting.TRUSTED_PROXIES.otherwise())), Optional.empty());

    /** What the settings say. */
    static OperationOptions of(Settings settings) {
        return new OperationOptions(HubLog.Form.valueOf(word(settings, Setting.LOG)),
                HealthRoutes.Open.valueOf(word(settings, Setting.METRICS)),
                Duration.ofSeconds(settings.number(Setting.DRAIN_NOTICE)),
                new ClientAddress.Trust(settings.text(Setting.PUBLIC_URL).map(OperationOptions::publicUrl),
                        Cidr.list(settings.text(Setting.TRUSTED_PROXIES).orElse(""))),
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
            // Told below, as any other address that is none.
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
        return settings.text(setting).orElseThrow().toUpperCase(Locale.ROOT);
    }
}
