package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.Links;
import dev.musehub.pages.changes.Images;
import dev.musehub.pages.queries.FileObject;
import dev.musehub.repositories.Revisions;
import dev.musehub.server.http.Exchange;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of files as they are. Anybody may have written them, and they come from the same address as the pages: the
 * headers tell a browser to trust only the type given here, and to run nothing in them.
 */
public final class RawFiles {

    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    /** Bytes that tell whether a file is text. */
    private static final int START = 64 << 10;

    /** The store reads a file from its start, also for a part near its end: larger files come whole. */
    private static final long IN_PARTS = 64 << 20;

    private final Pool pool;
    private final ObjectStore store;
    private final Revisions revisions;

    public RawFiles(Pool pool, ObjectStore store) {
        this.pool = pool;
        this.store = store;
        this.revisions = new Revisions(pool);
    }

    /**
     * {@code raw/COMMIT/PATH}: a file of a commit.
     *
     * @throws Problem {@code not-found}
     */
    public PageAnswer send(PageRequest request) throws IOException, SQLException {
        Exchange call = request.call();
        Repository repository = request.repository();
        Sha256 commit = revisions.named(repository.id(), call.parameter("commit"));
        String path = call.parameter("path");
        StoredObject object = find(repository, commit, path).orElseThrow(() ->
                new Problem(Problem.Code.NOT_FOUND, "there is no file '" + path + "' in commit " + commit));
        call.set("Content-Security-Policy", POLICY);
        call.set("Cross-Origin-Resource-Policy", "same-origin");
        call.set("Cache-Control", "private, no-cache");
        String tag = "\"" + object.id().hex() + "\"";
        call.set("ETag", tag);
        if (call.header("If-None-Match").filter(tag::equals).isPresent()) {
            call.answer(304, "application/octet-stream", new byte[0]);
            return new PageAnswer.Written();
        }
        try (ObjectStore.Reader reader = store.reader(); InputStream in = reader.open(object)) {
            byte[] start = in.readNBytes(START);
            String type = Images.rawType(path, start);
            if (type.equals(Images.BYTES)) {
                // A browser would show them as text; this way it keeps them under their name.
                call.set("Content-Disposition", "attachment; filename*=UTF-8''" + Links.segment(
                        path.substring(path.lastIndexOf('/') + 1)));
            }
            if (call.method().equals("HEAD")) {
                call.answer(200, type, new byte[0]);
                return new PageAnswer.Written();
            }
            write(call, type, object.size(), tag, new SequenceInputStream(new ByteArrayInputStream(start), in));
        }
        return new PageAnswer.Written();
    }

    /** Writes all of the file, or the part that a player or a broken download asks for. */
    private static void write(Exchange call, String type, long size, String tag, InputStream bytes)
            throws IOException {
        Optional<ByteRange> part = Optional.empty();
        if (size <= IN_PARTS) {
            call.set("Accept-Ranges", "bytes");
            part = call.header("Range").filter(_ -> call.header("If-Range").filter(at -> !at.equals(tag)).isEmpty())
                    .flatMap(range -> ByteRange.of(range, size));
        }
        ByteRange wanted = part.orElse(new ByteRange(0, size));
        if (part.isPresent()) {
            call.set("Content-Range", wanted.length() == 0 ? "bytes */" + size
                    : "bytes " + wanted.from() + "-" + (wanted.from() + wanted.length() - 1) + "/" + size);
            if (wanted.length() == 0) {
                call.answer(416, type, new byte[0]);
                return;
            }
        }
        try (OutputStream out = call.stream(part.isPresent() ? 206 : 200, type, wanted.length())) {
            if (part.isPresent()) {
                wanted.copy(bytes, out);
            } else {
                bytes.transferTo(out);
            }
        }
    }

    private Optional<StoredObject> find(Repository repository, Sha256 commit, String path) throws SQLException {
        try (Connection c = pool.acquire("raw")) {
            Optional<Sha256> snapshot = CommitRows.nodes(c, repository.id(), List.of(commit)).stream().findFirst()
                    .map(CommitRows.CommitNode::snapshotId);
            Optional<Sha256> file = snapshot.isEmpty() ? Optional.empty()
                    : FileObject.in(c, repository.id(), snapshot.get(), path);
            return file.isEmpty() ? Optional.empty()
                    : ObjectRows.places(c, repository.id(), List.of(file.get())).stream().findFirst();
        }
    }
}
