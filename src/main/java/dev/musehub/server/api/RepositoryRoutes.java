package dev.musehub.server.api;

import dev.musehub.core.fetch.FetchCommits;
import dev.musehub.core.fetch.FetchObjects;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Role;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.push.ProgressWriter;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.push.PushStream;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.RepositoryRows.Seen;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.repositories.PushLog;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.RateLimiter;
import dev.musehub.server.http.Exchange;
import dev.musehub.server.http.Failures;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What moves a history: push and fetch. */
public final class RepositoryRoutes {

    /** Bytes of a refused push that are read and dropped: a client reads the refusal only when it has sent all. */
    private static final long REFUSED_BYTES = 128L << 20;

    private final PushServices hub;
    private final Access access;
    private final Duration heartbeat;
    private final PushLog pushes;
    private final RateLimiter shares;
    private final RunningPushes running = new RunningPushes();

    public RepositoryRoutes(PushServices hub, Access access, PushLog pushes, RateLimiter shares,
            Duration heartbeat) {
        this.shares = shares;
        this.hub = hub;
        this.pushes = pushes;
        this.access = access;
        this.heartbeat = heartbeat;
    }

    /** {@code POST push/stream}. */
    public void push(Exchange call) throws IOException, SQLException, InterruptedException {
        call.restBytes(REFUSED_BYTES);
        Account account = access.required(call);
        call.requirePackstream();
        try (RateLimiter.RunningShare _ = shares.push(call.origin().caller(), account)) {
            PushStream push = PushStream.begin(hub, call.body());
            Frame.Header h = push.header();
            // A branch that must be somewhere is in a repository that is there.
            Repository repository = h.expect() instanceof Lease.At ? access.writable(account, call.owner(), call.slug())
                    : access.writableOrNew(account, call.owner(), call.slug(), h.repoId(), h.domain());
            push.requireQuota(repository);
            try (PushLog.LoggedPush entry = pushes.begin(repository, account, push)) {
                answer(call, push, repository, account, entry);
            }
        }
    }

    private void answer(Exchange call, PushStream push, Repository repository, Account account,
            PushLog.LoggedPush entry) throws IOException, InterruptedException {
        try (OutputStream out = call.passedProxy() ? call.lateStream() : call.stream();
                ProgressWriter progress = new ProgressWriter(new FrameWriter(out), heartbeat, call.passedProxy())) {
            entry.watch(progress);
            call.lastWord(stalled -> RunningPushes.end(progress, stalled));
            running.add(progress);
            Frame last;
            try {
                Frame.Result result = push.run(repository, account, progress);
                call.note(counts(result));
                entry.done(result);
                last = result.head().isPresent() ? withRefs(result, repository) : result;
            } catch (Problem | IOException e) {
                call.note(Failures.logged(e));
                entry.failed(Failures.problem(call, e).code());
                last = Failures.frame(call, e);
            } catch (RuntimeException | Error e) {
                progress.finish(Failures.frame(call, e));
                throw e;
            } finally {
                running.remove(progress);
            }
            call.phases(push.timing());
            progress.finish(last);
            if (last instanceof Frame.Failure) {
                call.passRest();
            }
        }
    }

    /** Ends the answers of all running pushes. */
    public void endPushes() {
        running.end();
    }

    /** The result with what {@code refs} would say to a member: the client needs no second request. */
    private Frame.Result withRefs(Frame.Result result, Repository repository) {
        try (Connection c = hub.pool().acquire("refs")) {
            return result.with(LabelRoutes.digest(c, new Seen(repository, Role.WRITER)),
                    !ObjectRows.lost(c, repository.id(), Sha256.ZEROS, 1).isEmpty());
        } catch (SQLException | Problem e) {
            // The branch has moved; a client without this asks.
            return result;
        }
    }

    private static String counts(Frame.Result result) {
        return String.format(Locale.ROOT, "objects=%d commits=%d hold=%.1fms", result.stored(), result.commits(),
                result.longestHoldMillis());
    }

    /** {@code POST fetch}: C frames, E. */
    public void fetch(Exchange call) throws IOException, SQLException {
        Repository repository = access.readable(call, call.owner(), call.slug());
        Value.Dict body = call.bodyValue(hub.limits());
        FetchCommits fetch = FetchCommits.prepare(hub.pool(), repository.id(), hub.limits(),
                ids(body, "want"), body.get("have").isEmpty() ? List.of() : ids(body, "have"));
        boolean packed = takesBatches(body);
        stream(call, frames -> fetch.write(frames, packed));
    }

    /** What only clients that say so get: B frames, and C frames that are packed. */
    private static boolean takesBatches(Value.Dict body) {
        return body.texts("accept").contains("batch");
    }

    /** {@code POST fetch/objects}: B or O frames, E. */
    public void fetchObjects(Exchange call) throws IOException, SQLException {
        Repository repository = access.readable(call, call.owner(), call.slug());
        Value.Dict body = call.bodyValue(hub.limits());
        FetchObjects fetch = FetchObjects.prepare(hub.pool(), hub.store(), hub.limits(), repository.id(),
                ids(body, "ids"));
        boolean batches = takesBatches(body);
        stream(call, frames -> fetch.write(frames, batches));
    }

    private interface StreamAnswer {
        void write(FrameWriter out) throws IOException, SQLException;
    }

    /** Writes frames; a failure becomes the last frame, an X frame. */
    private static void stream(Exchange call, StreamAnswer answer) throws IOException {
        try (OutputStream out = call.stream()) {
            FrameWriter frames = new FrameWriter(out);
            try {
                answer.write(frames);
            } catch (IOException | Problem | SQLException e) {
                if (e instanceof IOException gone && call.clientFailed()) {
                    throw gone;
                }
                call.note(Failures.logged(e));
                frames.write(Failures.frame(call, e));
            } catch (RuntimeException | Error e) {
                frames.write(Failures.frame(call, e));
                frames.flush();
                throw e;
            }
            frames.flush();
        }
    }

    private List<Sha256> ids(Value.Dict body, String key) {
        return PresignRoutes.ids(body, key, hub.limits());
    }
}
