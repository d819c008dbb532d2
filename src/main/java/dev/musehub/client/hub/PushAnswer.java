package dev.musehub.client.hub;

import dev.musehub.core.model.Problem;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Limits;
import java.io.IOException;
import java.net.URI;
import java.util.function.Consumer;

/** Reads the answer of a push to its last frame, while the push is still being sent. */
final class PushAnswer implements Runnable {

    private final URI hub;
    private final HttpConnection connection;
    private final Limits limits;
    private final Consumer<Frame.Progress> progress;
    private Frame.Result result;
    private RuntimeException refusal;

    PushAnswer(URI hub, HttpConnection connection, Limits limits, Consumer<Frame.Progress> progress) {
        this.hub = hub;
        this.connection = connection;
        this.limits = limits;
        this.progress = progress;
    }

    @Override
    public void run() {
        try {
            HttpReader.Response response = connection.receive();
            if (response.status() != 200) {
                throw RemoteErrors.of(response, hub);
            }
            read(new FrameReader(response.body(), limits));
        } catch (IOException e) {
            refusal = new Problem(Problem.Code.UNREACHABLE, "the connection to the hub broke off: "
                    + e.getMessage() + "; push again, only what is missing will be sent", e);
        } catch (RuntimeException e) {
            refusal = e;
        } finally {
            if (result == null) {
                // The hub has refused: the thread that is still writing must stop.
                connection.close();
            }
        }
    }

    private void read(FrameReader frames) {
        while (result == null) {
            switch (RemoteErrors.next(frames)) {
                case Frame.Progress p -> progress.accept(p);
                case Frame.Result r -> result = r;
                case Frame.Failure x -> throw RemoteErrors.of(x);
                default -> throw RemoteErrors.unexpected();
            }
        }
    }

    /**
     * The result of the push. Called when the reading has ended.
     *
     * @param broken the failure that ended the sending early, or null
     * @throws Problem the refusal of the hub, or {@code unreachable}
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
