package dev.musehub.client.doctor;

import dev.musehub.client.hub.HttpConnection;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient;
import dev.musehub.client.hub.PresignClient.Outgoing;
import dev.musehub.client.hub.RemoteErrors;
import dev.musehub.client.hub.StoreTransfer.StoreTarget;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks that clients can put objects directly into the store behind a hub, and that the store refuses wrong bytes. */
final class StoreCheck {

    private static final int BYTES = 64;

    private final HubClient hub;

    StoreCheck(HubClient hub) {
        this.hub = hub;
    }

    /**
     * Puts a few random bytes and does not confirm them, so that the next collection of the hub removes them.
     *
     * @throws Problem the refusal of the hub to sign a URL
     */
    List<DoctorFinding> run() {
        HubClient.Refs refs = hub.refs();
        if (!refs.exists() || !refs.direct()) {
            return List.of(refs.exists() ? DoctorFinding.skipped("store", "objects here go through the hub")
                    : DoctorFinding.fix("store", "there is no repository here: check its name, or push to it first"));
        }
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        Sha256 id = Sha256.of(bytes);
        StoreTarget target = new PresignClient(hub).presign(List.of(new Outgoing(id, BYTES))).targets().get(id);
        if (target == null) {
            throw RemoteErrors.unexpected();
        }
        URI url = target.url();
        if (hub.remote().getScheme().equalsIgnoreCase("https") && !url.getScheme().equalsIgnoreCase("https")) {
            return List.of(DoctorFinding.fix("store", "the hub uses https, but its store at " + url.getAuthority()
                    + " does not, so clients refuse it: set MUSEHUB_S3_PUBLIC_ENDPOINT to an https address"));
        }
        byte[] wrong = bytes.clone();
        wrong[0] ^= 1;
        try {
            int refused = put(target, wrong);
            int accepted = put(target, bytes);
            if (accepted != 200) {
                return List.of(DoctorFinding.fix("store", url.getAuthority() + " answers " + accepted + " to a signed"
                        + " request: compare the clocks, and let no proxy change its host name, path or headers"));
            }
            return List.of(DoctorFinding.ok("store", url.getAuthority() + " accepts objects"),
                    refused == 200 ? DoctorFinding.fix("hashes", "the store accepts wrong bytes under a signed"
                    + " checksum, so the hub reads every object back, which is slow: use one that enforces"
                            + " x-amz-checksum-sha256")
                            : DoctorFinding.ok("hashes", "wrong bytes are refused (" + refused + ")"));
        } catch (IOException | Problem e) {
            return List.of(DoctorFinding.fix("store", "this machine cannot reach " + url.getAuthority() + " ("
                    + e.getMessage()
                    + "): set MUSEHUB_S3_PUBLIC_ENDPOINT to an address that clients reach"));
        }
    }

    private static int put(StoreTarget target, byte[] bytes) throws IOException {
        Map<String, String> headers = new HashMap<>(target.headers());
        headers.remove("content-length");
        try (HttpConnection connection = HttpConnection.open(target.url())) {
            connection.send("PUT", target.url().getRawPath() + "?" + target.url().getRawQuery(), headers, bytes);
            return connection.receive().status();
        }
    }
}
