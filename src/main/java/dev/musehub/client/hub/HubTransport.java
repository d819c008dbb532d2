package dev.musehub.client.hub;

import dev.musehub.cli.Version;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sends requests below one address and reads their answers: a map, a stream of frames, or the answer of a push.
 * Redirects are refused, because a token must not follow one. Safe for several threads: each exchange has a connection
 * of its own, and connections are kept for the next exchange.
 */
public final class HubTransport implements AutoCloseable {

    private static final String MSGPACK = "application/x-msgpack";
    private static final String PACKSTREAM = "application/x-muse-packstream";
    private static final int ANSWER_BYTES = 64 << 20;

    private final URI address;
    private final String path;
    private final Optional<String> token;
    private final Connections connections;

    HubTransport(URI address, Optional<String> token) {
        this.address = address;
        this.path = address.getRawPath().replaceAll("/+$", "");
        this.token = token;
        this.connections = new Connections(address);
    }

    URI address() {
        return address;
    }

    /** Sends a request that is answered with a map. An empty body is no body. */
    Value.Dict exchange(String method, String endpoint, Optional<Value.Dict> body) {
        return RetryAfter.ask(() -> exchangeOnce(method, endpoint, body));
    }

    private Value.Dict exchangeOnce(String method, String endpoint, Optional<Value.Dict> body) {
        byte[] bytes = body.map(MsgPackValues::encode).orElse(new byte[0]);
        HttpConnection connection = connections.take();
        boolean ended = false;
        try {
            connection.send(method, path + endpoint, headers(body.isPresent() ? MSGPACK : ""), bytes);
            HttpReader.Response response = connection.receive();
            if (response.status() != 200) {
                throw RemoteErrors.of(response, address);
            }
            byte[] answer;
            try (InputStream in = response.body()) {
                answer = in.readNBytes(ANSWER_BYTES + 1);
                if (answer.length > ANSWER_BYTES || in.read() >= 0) {
                    throw RemoteErrors.unexpected();
                }
            }
            ended = true;
            return MsgPackValues.decode(answer).asDict("answer");
        } catch (IOException e) {
            throw RemoteErrors.broken(e);
        } finally {
            connections.giveBack(connection, ended);
        }
    }

    /** Takes one frame. An exception from it ends the exchange. */
    public interface FrameConsumer {
        void accept(Frame frame) throws IOException;
    }

    /** Sends a request that is answered with a stream of frames; hands over all frames but the last, E. */
    void stream(String endpoint, Value.Dict body, Limits limits, FrameConsumer consumer) {
        RetryAfter.ask(() -> {
            streamOnce(endpoint, body, limits, consumer);
            return true;
        });
    }

    private void streamOnce(String endpoint, Value.Dict body, Limits limits, FrameConsumer consumer) {
        HttpConnection connection = connections.take();
        boolean ended = false;
        try {
            connection.send("POST", path + endpoint, headers(MSGPACK), MsgPackValues.encode(body));
            HttpReader.Response response = connection.receive();
            if (response.status() != 200) {
                throw RemoteErrors.of(response, address);
            }
            try (InputStream in = response.body()) {
                read(new FrameReader(in, limits), consumer);
            }
            // The body was read to its end, so the next answer begins after it.
            ended = true;
        } catch (IOException e) {
            throw RemoteErrors.broken(e);
        } finally {
            connections.giveBack(connection, ended);
        }
    }

    private static void read(FrameReader frames, FrameConsumer consumer) throws IOException {
        long objects = 0;
        long commits = 0;
        while (true) {
            Frame frame = RemoteErrors.next(frames);
            switch (frame) {
                case Frame.BatchFrame batch -> objects += batch.ids().size();
                case Frame.ObjectFrame _ -> objects++;
                case Frame.LargePiece piece -> objects += piece.isLast() ? 1 : 0;
                case Frame.CommitPack c -> commits += c.commits().size();
                case Frame.Failure x -> throw RemoteErrors.of(x);
                case Frame.End e -> {
                    if (e.objects() != objects || e.commits() != commits || frames.next().isPresent()) {
                        throw RemoteErrors.unexpected();
                    }
                    return;
                }
                default -> throw RemoteErrors.unexpected();
            }
            consumer.accept(frame);
        }
    }

    /** Writes the frames of a push that follow its header. */
    public interface Frames {
        void write(FrameWriter out) throws IOException;
    }

    /** Sends a push. The answer is read while the frames are written, so that a refusal ends the sending at once. */
    Frame.Result push(Frame.Header header, Frames frames, Limits limits, Consumer<Frame.Progress> progress) {
        return RetryAfter.ask(() -> pushOnce(header, frames, limits, progress));
    }

    private Frame.Result pushOnce(Frame.Header header, Frames frames, Limits limits,
            Consumer<Frame.Progress> progress) {
        try (HttpConnection connection = HttpConnection.open(address)) {
            PushAnswer answer = new PushAnswer(address, connection, limits, progress);
            Thread reader = Thread.ofPlatform().daemon().name("answer").start(answer);
            IOException broken = null;
            try (OutputStream out = connection.sendChunked("POST", path + "/push/stream", headers(PACKSTREAM))) {
                FrameWriter writer = new FrameWriter(out);
                writer.write(header);
                frames.write(writer);
                writer.flush();
            } catch (IOException e) {
                // Most often the hub has refused the push. Its answer gives the reason.
                broken = e;
            }
            reader.join();
            return answer.result(broken);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Code.UNREACHABLE, "interrupted", e);
        }
    }

    private Map<String, String> headers(String contentType) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", MSGPACK);
        headers.put("User-Agent", "musehub/" + Version.TEXT);
        if (!contentType.isEmpty()) {
            headers.put("Content-Type", contentType);
        }
        token.ifPresent(t -> headers.put("Authorization", "Bearer " + t));
        return headers;
    }

    @Override
    public void close() {
        connections.close();
    }
}
