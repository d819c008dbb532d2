package dev.musehub.server.api;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Role;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.RepositoryRows.Seen;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.labels.Labels;
import dev.musehub.labels.Labels.LabelKind;
import dev.musehub.repositories.LabelRows;
import dev.musehub.repositories.LabelRows.Label;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The requests about tags and releases, which Muse itself loses on a push. */
public final class LabelRoutes {

    private static final int NAME = 1024;
    private static final int RECORD = 1 << 20;

    private final Pool pool;
    private final Limits limits;
    private final Access access;

    public LabelRoutes(Pool pool, Limits limits, Access access) {
        this.pool = pool;
        this.limits = limits;
        this.access = access;
    }

    /** {@code GET tags}: all of both kinds; drafts for members only. */
    public void list(Exchange call) throws IOException, SQLException {
        Seen seen = access.seen(access.account(call), call.owner(), call.slug());
        Value.Builder answer = Value.dict();
        try (Connection c = pool.acquire("tags")) {
            for (LabelKind kind : LabelKind.values()) {
                answer.put(kind.plural(), new Value.Array(visible(c, kind, seen).stream()
                        .map(label -> MsgPackValues.decode(label.record())).toList()));
            }
        }
        call.answerConditional(answer.build());
    }

    /** {@code POST tags}: keeps those whose commit is here, names those whose commit is not. */
    public void add(Exchange call) throws IOException, SQLException {
        Repository repository = access.writable(access.required(call), call.owner(), call.slug());
        Value.Dict body = call.bodyValue(limits);
        List<Value> unknown = new ArrayList<>();
        long stored = 0;
        for (LabelKind kind : LabelKind.values()) {
            Map<UUID, Label> labels = labels(kind, body.list(kind.plural()));
            try (Connection c = pool.acquire("tags")) {
                c.setAutoCommit(false);
                Set<Sha256> commits = CommitRows.ranks(c, repository.id(),
                        labels.values().stream().map(Label::commitId).distinct().toList()).keySet();
                labels.values().removeIf(label -> {
                    boolean absent = !commits.contains(label.commitId());
                    if (absent) {
                        unknown.add(Value.of(label.id().toString()));
                    }
                    return absent;
                });
                stored += LabelRows.insert(c, kind, repository.id(), labels.values());
                c.commit();
            }
        }
        call.answer(Value.dict().put("stored", stored).put("unknown", new Value.Array(unknown)).build());
    }

    private Map<UUID, Label> labels(LabelKind kind, List<Value> values) {
        if (values.size() > limits.idsPerRequest()) {
            throw Limits.exceeded(kind.plural() + " in one request", values.size(), limits.idsPerRequest());
        }
        Map<UUID, Label> labels = new LinkedHashMap<>();
        for (Value value : values) {
            Value.Dict label = value.asDict(kind.plural());
            UUID id = kind.id(label);
            String name = label.text("tag", "");
            byte[] record = MsgPackValues.encode(label);
            if (name.isEmpty() || name.length() > NAME || record.length > RECORD) {
                throw new Problem(Problem.Code.INVALID_TAG, "tag " + id + " has no name, a name of more than " + NAME
                        + " characters, or more than " + RECORD + " bytes");
            }
            Sha256 commit = label.get("commit_id").orElseThrow(() -> new Problem(Problem.Code.INVALID_TAG,
                    "tag " + id + " names no commit")).asId("commit_id");
            labels.put(id, new Label(id, commit, name, record));
        }
        return labels;
    }

    private static List<Label> visible(Connection c, LabelKind kind, Seen seen) throws SQLException {
        return LabelRows.all(c, kind, seen.repository().id()).stream()
                .filter(label -> seen.role().includes(Role.READER) || !label.isDraft()).toList();
    }

    /** What {@code refs} says of the labels that the caller may see, see {@link Labels#digest}. */
    static Sha256 digest(Connection c, Seen seen) throws SQLException {
        return Labels.digest(LabelRows.ids(c, LabelKind.TAG, seen.repository().id()),
                seen.role().includes(Role.READER) ? LabelRows.ids(c, LabelKind.RELEASE, seen.repository().id())
                        : visible(c, LabelKind.RELEASE, seen).stream().map(Label::id).toList());
    }
}
