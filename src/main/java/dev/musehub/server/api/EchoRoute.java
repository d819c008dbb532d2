package dev.musehub.server.api;

import dev.musehub.core.model.Problem;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;

/**
 * {@code POST /-/echo}: shows a user what the proxies on the way do to a push. It answers at once, or behind a proxy
 * after the request; it reads the body and drops it, is silent for the time that was asked for, and then says how many
 * bytes came.
 */
public final class EchoRoute {

    private static final int AT_A_TIME = 8;
    private static final int SILENCE_SECONDS = 15;
    private static final long BODY_BYTES = 65L << 20;

    private final Access access;
    private final Semaphore slots = new Semaphore(AT_A_TIME);

    public EchoRoute(Access access) {
        this.access = access;
    }

    /** Answers like a push. */
    public void answer(Exchange call) throws IOException, SQLException, InterruptedException {
        access.required(call);
        int silence = call.query("silence").filter(text -> text.matches("[0-9]{1,2}")).map(Integer::parseInt).orElse(0);
        if (silence > SILENCE_SECONDS) {
            throw new Problem(Problem.Code.BAD_REQUEST, "silence is " + SILENCE_SECONDS + " s at most");
        }
        if (!slots.tryAcquire()) {
            throw new Problem(Problem.Code.BUSY, "too many others use this check now; try again in a minute");
        }
        try (OutputStream out = call.stream("text/plain; charset=utf-8")) {
            // Some proxies break a request whose answer begins early; a push waits as well.
            if (!call.passedProxy()) {
                say(out, "begun");
            }
            long bytes = dropped(call.body());
            if (call.passedProxy()) {
                say(out, "proxy");
            }
            Thread.sleep(silence * 1000L);
            say(out, "end " + bytes);
        } finally {
            slots.release();
        }
    }

    private static long dropped(InputStream body) throws IOException {
        byte[] piece = new byte[16 << 10];
        long bytes = 0;
        for (int n = body.read(piece); n >= 0 && bytes <= BODY_BYTES; n = body.read(piece)) {
            bytes += n;
        }
        return bytes;
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
