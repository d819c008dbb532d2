package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Limits;
import java.io.IOException;
import java.util.function.Consumer;

/** Reads the answer of a push to its last frame, while the push is still being sent. */
final class PushAnswer implements Runnable {
    private final HubClient hub;
    private final HttpConnection connection;
    private final Limits limits;
    private final Consumer<Frame.Progress> progress;
    private Frame.Result result;
    private RuntimeException refusal;

    PushAnswer(HubClient hub, HttpConnection connection, Limits limits, Consumer<Frame.Progress> progress) {
        this.hub = hub;
        this.connection = connection;
        this.limits = limits;
        this.progress = progress;
    }

    @Override
    public void run() {
        try {
            HttpConnection.Response response = connection.receive();
            if (response.status() != 200) {
                throw RemoteErrors.of(response, hub.remote());
            }
            read(new FrameReader(response.body(), limits));
        } catch (IOException e) {
            refusal = new Problem(Problem.Code.UNREACHABLE, "the connection to the hub broke off: "
                    + e.getMessage() + "; push again, only what is missing will be sent", e);
        } catch (RuntimeException e) {
            refusal = e;
        } finally {
            if (result == null) {
                // Whoever is still writing to a hub that has refused should stop.
                connection.close();
            }
        }
    }

    private void read(FrameReader frames) {
        while (result == null) {
            switch (frames.next().orElseThrow(() -> new Problem(Problem.Code.UNREACHABLE,
                    "the hub's answer broke off; push again, only what is missing will be sent"))) {
                case Frame.Progress p -> progress.accept(p);
                case Frame.Result r -> result = r;
                case Frame.Failure x -> throw RemoteErrors.of(x);
                default -> throw RemoteErrors.unexpected();
            }
        }
    }

    /**
     * What the hub said at last; to be asked when the reading has ended.
     *
     * @param broken what ended the sending early, if anything did
     * @throws Problem what the hub refused, or {@code unreachable}
     */
    Frame.Result result(IOException broken) {
        if (result != null) {
            return result;
        }
        if (broken != null && refusal.getCause() instanceof IOException) {
            refusal.addSuppressed(broken);
        }
        throw refusal;
    }
}
