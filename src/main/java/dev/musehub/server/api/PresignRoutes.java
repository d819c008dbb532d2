package dev.musehub.server.api;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.push.PushServices;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.DirectStore.MultipartState;
import dev.musehub.core.store.DirectStore.Offer;
import dev.musehub.core.store.DirectStore.Target;
import dev.musehub.core.wire.Limits;
import dev.musehub.s3.Confirm;
import dev.musehub.s3.Presigning;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The requests around objects that go straight to the store and come straight from it. */
public final class PresignRoutes {


    private final Pool pool;
    private final Presigning direct;
    private final Optional<Confirm> confirm;
    private final Limits limits;
    private final Access access;

    public PresignRoutes(PushServices hub, Access access) {
        this.pool = hub.pool();
        this.direct = new Presigning(hub);
        this.confirm = hub.store().direct().map(store -> new Confirm(hub.pool(), store));
        this.limits = hub.limits();
        this.access = access;
    }

    /** What {@code refs} says of the ways to a repository. */
    List<String> capabilities() {
        return Access.capabilities(direct.offered());
    }

    /** {@code POST push/presign}: which objects the repository has already, and where to put the others. */
    public void presign(Exchange call) throws IOException, SQLException {
        Repository readable = access.readable(call, call.owner(), call.slug());
        Value.Dict body = call.bodyValue(limits);
        List<Sha256> ids = ids(body, "object_ids", limits);
        Map<Sha256, Long> sizes = new HashMap<>();
        if (body.get("sizes").isPresent()) {
            List<Value> given = body.list("sizes");
            if (given.size() != ids.size()) {
                throw new Problem(Problem.Code.BAD_REQUEST, "'sizes' must be as long as 'object_ids'");
            }
            for (int i = 0; i < ids.size(); i++) {
                sizes.put(ids.get(i), size(given.get(i)));
            }
        }
        // Who only asks what is there may be a reader; a URL to put something is for those who may write.
        Repository repository = sizes.isEmpty() ? readable : writable(call);
        Presigning.PresignedWays ways = direct.presign(repository, ids, sizes);
        Value.Builder presigned = Value.dict();
        ways.presigned().forEach((id, target) -> presigned.put(id.toString(), value(target)));
        call.answer(Value.dict()
                .put("stored", texts(ways.stored()))
                .put("presigned", presigned.build())
                .put("parts", texts(ways.parts()))
                .put("inline", texts(ways.inline()))
                .build());
    }

    /** {@code POST push/parts}: the parts of a large object that are still to be put. */
    public void parts(Exchange call) throws IOException, SQLException {
        Repository repository = writable(call);
        Value.Dict body = call.bodyValue(limits);
        Sha256 id = required(body, "id").asId("id");
        MultipartState parts = direct.parts(repository, new Offer(id, size(required(body, "size"))));
        Value.Builder missing = Value.dict();
        parts.missing().forEach((n, target) -> missing.put(n.toString(), value(target)));
        call.answer(Value.dict()
                .put("part_bytes", parts.partBytes())
                .put("present", new Value.Array(parts.present().stream().<Value>map(Value.Int::new).toList()))
                .put("missing", missing.build())
                .build());
    }

    /** {@code POST push/confirm}: makes what was put part of the repository. */
    public void confirm(Exchange call) throws IOException, SQLException, InterruptedException {
        Repository repository = writable(call);
        Value.Dict body = call.bodyValue(limits);
        if (confirm.isEmpty()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "nothing goes past the hub here; send a stream");
        }
        List<Offer> inParts = new ArrayList<>();
        body.dict("in_parts").entries().forEach((id, size) ->
                inParts.add(new Offer(new Value.Text(id).asId("in_parts"), size(size))));
        if (inParts.size() > limits.idsPerRequest()) {
            throw Limits.exceeded("ids in 'in_parts'", inParts.size(), limits.idsPerRequest());
        }
        List<Sha256> whole = body.get("in_parts").isPresent() && body.get("object_ids").isEmpty() ? List.of()
                : ids(body, "object_ids", limits);
        Confirm.ConfirmResult result = confirm.get().run(repository, whole, inParts);
        call.note("confirmed=" + result.confirmed().size() + " missing=" + result.missing().size());
        call.answer(Value.dict()
                .put("confirmed", texts(result.confirmed()))
                .put("missing", texts(result.missing()))
                .put("pending", texts(result.pending()))
                .build());
    }

    /** {@code POST fetch/presign}: where to get objects from. */
    public void downloads(Exchange call) throws IOException, SQLException {
        Repository repository = access.readable(call, call.owner(), call.slug());
        List<Sha256> ids = ids(call.bodyValue(limits), "ids", limits);
        Value.Builder presigned = Value.dict();
        direct.downloads(repository, ids).ifPresent(downloads -> downloads.forEach(d -> presigned.put(
                d.object().id().toString(), value(d.target(), d.object().size()))));
        call.answer(Value.dict().put("presigned", presigned.build()).build());
    }

    private Repository writable(Exchange call) throws SQLException {
        return access.writable(access.required(call), call.owner(), call.slug());
    }

    private static Value value(Target target) {
        return fields(target).build();
    }

    private static Value value(Target target, long size) {
        return fields(target).put("size", size).build();
    }

    private static Value.Builder fields(Target target) {
        Value.Builder headers = Value.dict();
        target.headers().forEach(headers::put);
        return Value.dict().put("url", target.url().toString()).put("headers", headers.build());
    }

    private static Value texts(Collection<Sha256> ids) {
        return Value.texts(ids.stream().map(Sha256::toString).toList());
    }

    private static Value required(Value.Dict body, String key) {
        return body.get(key).orElseThrow(() -> new Problem(Problem.Code.BAD_REQUEST, "'" + key + "' is missing"));
    }

    private static long size(Value value) {
        long size = value.asInt("size");
        if (size < 0) {
            throw new Problem(Problem.Code.BAD_REQUEST, "a size must not be negative");
        }
        return size;
    }

    /** The ids of a request, of a bounded number; a request without the key is none. */
    static List<Sha256> ids(Value.Dict body, String key, Limits limits) {
        List<Value> values = required(body, key).asList(key);
        if (values.size() > limits.idsPerRequest()) {
            throw Limits.exceeded("ids in '" + key + "'", values.size(), limits.idsPerRequest());
        }
        List<Sha256> ids = new ArrayList<>(values.size());
        for (Value v : values) {
            ids.add(v.asId(key));
        }
        return ids;
    }
}
