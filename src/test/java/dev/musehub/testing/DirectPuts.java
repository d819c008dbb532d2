package dev.musehub.testing;

import dev.musehub.core.store.DirectStore.Target;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;

/** Puts objects into a bucket by signed URLs. */
public final class DirectPuts {

    private DirectPuts() {
    }

    /** Puts as a client does; the status of the answer. */
    public static int put(Target target, byte[] body) throws IOException {
        HttpURLConnection http = (HttpURLConnection) target.url().toURL().openConnection();
        http.setRequestMethod("PUT");
        http.setDoOutput(true);
        target.headers().forEach((name, value) -> {
            if (!name.equals("content-length")) {
                http.setRequestProperty(name, value);
            }
        });
        http.setFixedLengthStreamingMode(body.length);
        try (OutputStream out = http.getOutputStream()) {
            out.write(body);
        }
        return http.getResponseCode();
    }
}
