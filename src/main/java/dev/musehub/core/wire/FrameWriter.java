package dev.musehub.core.wire;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.io.MsgPack;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame.BatchFrame;
import dev.musehub.core.wire.Frame.CommitPack;
import dev.musehub.core.wire.Frame.End;
import dev.musehub.core.wire.Frame.Failure;
import dev.musehub.core.wire.Frame.Header;
import dev.musehub.core.wire.Frame.LargePiece;
import dev.musehub.core.wire.Frame.ObjectFrame;
import dev.musehub.core.wire.Frame.Progress;
import dev.musehub.core.wire.Frame.Result;
import dev.musehub.core.wire.Frame.SnapshotDelta;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePacker;

/** Writes frames to a stream. Confined to one thread. */
public final class FrameWriter {

    private final MessagePacker out;

    public FrameWriter(OutputStream out) {
        this.out = MsgPack.packer(out);
    }

    /** Pushes everything written so far down to the underlying stream, and that stream's own buffer too. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Writes one frame; it may stay in the buffer until {@link #flush}. */
    public void write(Frame frame) throws IOException {
        switch (frame) {
            case Header h -> header(h);
            case BatchFrame b -> batch(b);
            case ObjectFrame o -> object(o);
            case LargePiece l -> largePiece(l);
            case CommitPack c -> {
                out.packMapHeader(3);
                text("t", "C");
                commitPack(c, out);
            }
            case End e -> free("E", Value.dict().put("objects", e.objects()).put("commits", e.commits()));
            case Progress p -> free("P", Value.dict().put("phase", p.phase()).put("done", p.done())
                    .put("total", p.total()).put("ms", p.millis()));
            case Failure x -> free("X", Value.dict().put("code", x.code()).put("message", x.message())
                    .put("retryable", x.retryable()).put("details", x.details()));
            case Result r -> result(r);
        }
    }

    private void free(String type, Value.Builder fields) throws IOException {
        Value.Dict d = fields.build();
        out.packMapHeader(1 + d.entries().size());
        text("t", type);
        for (Map.Entry<String, Value> e : d.entries().entrySet()) {
            out.packString(e.getKey());
            MsgPackValues.write(out, e.getValue());
        }
    }

    private void header(Header h) throws IOException {
        Value.Builder fields = Value.dict().put("v", h.version()).put("branch", h.branch())
                .put("head", Value.of(h.head())).put("force", h.force());
        switch (h.expect()) {
            case Lease.None _ -> { }
            case Lease.Unborn _ -> fields.put("expect", Value.NULL);
            case Lease.At at -> fields.put("expect", at.head().toString());
        }
        free("H", fields.put("objects", h.objects()).put("commits", h.commits()).put("bytes", h.bytes())
                .put("agent", h.agent()).put("repo_id", h.repoId()).put("domain", h.domain()));
    }

    private void batch(BatchFrame b) throws IOException {
        out.packMapHeader(b.prefix().isEmpty() ? 4 : 5);
        text("t", "B");
        binary("ids", Sha256.bytes(b.ids()));
        out.packString("sizes").packArrayHeader(b.sizes().length);
        for (int size : b.sizes()) {
            out.packInt(size);
        }
        if (!b.prefix().isEmpty()) {
            binary("prefix", Sha256.bytes(b.prefix()));
        }
        binary("data", b.zstd());
    }

    private void object(ObjectFrame o) throws IOException {
        out.packMapHeader(5);
        text("t", "O");
        text("id", o.id().toString());
        text("enc", o.encoding().text());
        out.packString("size").packInt(o.size());
        binary("data", o.data());
    }

    private void largePiece(LargePiece l) throws IOException {
        out.packMapHeader(5);
        text("t", "L");
        text("id", l.id().toString());
        out.packString("size").packLong(l.size());
        out.packString("offset").packLong(l.offset());
        binary("data", l.data());
    }

    /** Writes {@code pack} as one zstd frame: most of it are ids and keys that repeat. */
    public void writePacked(CommitPack pack) throws IOException {
        try (MessageBufferPacker fields = MsgPack.packer(); Zstd zstd = new Zstd()) {
            fields.packMapHeader(2);
            commitPack(pack, fields);
            byte[] raw = fields.toByteArray();
            out.packMapHeader(3);
            text("t", "C");
            out.packString("size").packInt(raw.length);
            binary("packed", zstd.compress(raw, Zstd.noPrefix()));
        }
    }

    private static void commitPack(CommitPack c, MessagePacker out) throws IOException {
        out.packString("snapshots").packArrayHeader(c.snapshots().size());
        for (SnapshotDelta s : c.snapshots()) {
            snapshot(s, out);
        }
        out.packString("commits").packArrayHeader(c.commits().size());
        for (Commit commit : c.commits()) {
            MsgPackValues.write(out, CommitFields.WIRE.of(commit));
        }
    }

    private static void snapshot(SnapshotDelta s, MessagePacker out) throws IOException {
        out.packMapHeader(5 + (s.order().isPresent() ? 1 : 0) + (s.more() ? 1 : 0));
        out.packString("id").packString(s.id().toString());
        out.packString("base");
        Optional<Sha256> base = s.base();
        if (base.isPresent()) {
            out.packString(base.get().toString());
        } else {
            out.packNil();
        }
        out.packString("set").packMapHeader(s.delta().set().size());
        for (Map.Entry<String, Sha256> e : s.delta().set().entrySet()) {
            MsgPackValues.writeText(out, e.getKey());
            out.packString(e.getValue().toString());
        }
        out.packString("del").packArrayHeader(s.delta().del().size());
        for (String path : s.delta().del()) {
            MsgPackValues.writeText(out, path);
        }
        out.packString("created_at");
        MsgPackValues.writeText(out, s.createdAt());
        if (s.order().isPresent()) {
            int[] order = s.order().get();
            out.packString("order").packArrayHeader(order.length);
            for (int position : order) {
                out.packInt(position);
            }
        }
        if (s.more()) {
            out.packString("more").packBoolean(true);
        }
    }

    private void result(Result r) throws IOException {
        Value.Builder heads = Value.dict();
        r.branchHeads().forEach((name, head) -> heads.put(name, head.toString()));
        Value.Builder timing = Value.dict();
        r.timing().forEach((phase, millis) -> timing.put(phase, new Value.Real(millis)));
        Value.Builder fields = Value.dict().put("branch", r.branch()).put("old", Value.of(r.old()))
                .put("head", Value.of(r.head())).put("branch_heads", heads.build()).put("stored", r.stored())
                .put("skipped", r.skipped()).put("commits", r.commits()).put("snapshots", r.snapshots())
                .put("timing", timing.build()).put("longest_hold_ms", new Value.Real(r.longestHoldMillis()))
                .put("warnings", Value.texts(r.warnings()));
        r.labels().ifPresent(labels -> fields.put("labels", labels.toString()).put("lost", r.lost()));
        free("R", fields);
    }

    private void binary(String key, byte[] bytes) throws IOException {
        out.packString(key).packBinaryHeader(bytes.length);
        out.writePayload(bytes);
    }

    private void text(String key, String value) throws IOException {
        out.packString(key);
        MsgPackValues.writeText(out, value);
    }
}
