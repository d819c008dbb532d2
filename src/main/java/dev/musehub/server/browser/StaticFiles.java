package dev.musehub.server.browser;

import dev.musehub.core.model.Sha256;
import dev.musehub.server.browser.PageAnswer.PageHandler;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.io.InputStream;

/** The style sheet, the script and the icon, which are part of this program. */
public final class StaticFiles {

    private StaticFiles() {
    }

    /** Sends the file {@code name}. */
    public static PageHandler file(String name, String type) {
        return request -> {
            send(request.call(), name, type);
            return new PageAnswer.Written();
        };
    }

    private static void send(Exchange call, String name, String type) throws IOException {
        try (InputStream in = StaticFiles.class.getResourceAsStream("/web/" + name)) {
            byte[] bytes = in.readAllBytes();
            String tag = "\"" + Sha256.of(bytes).hex().substring(0, 16) + "\"";
            call.set("ETag", tag);
            call.set("Cache-Control", "no-cache");
            boolean known = call.header("If-None-Match").filter(tag::equals).isPresent();
            call.answer(known ? 304 : 200, type, known ? new byte[0] : bytes);
        }
    }
}
