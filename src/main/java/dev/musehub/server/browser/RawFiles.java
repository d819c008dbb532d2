package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.SnapshotRows;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.pages.changes.Images;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of files as they are. They are somebody's, and come from the same address as our pages: browsers are told to
 * believe only the type given here, and to run nothing in them.
 */
final class RawFiles {

    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

    private final Pool pool;
    private final ObjectStore store;

    RawFiles(Pool pool, ObjectStore store) {
        this.pool = pool;
        this.store = store;
    }

    /**
     * Answers with the file at {@code path} of {@code commit}.
     *
     * @throws Problem {@code not-found}
     */
    void send(Exchange call, Repository repository, Sha256 commit, String path) throws IOException, SQLException {
        StoredObject object = find(repository, commit, path).orElseThrow(() ->
                new Problem(Problem.Code.NOT_FOUND, "there is no file '" + path + "' in commit " + commit));
        call.set("Content-Security-Policy", POLICY);
        call.set("Cross-Origin-Resource-Policy", "same-origin");
        call.set("Cache-Control", "private, no-cache");
        String tag = "\"" + object.id().hex() + "\"";
        call.set("ETag", tag);
        if (call.header("If-None-Match").filter(tag::equals).isPresent()) {
            call.answer(304, "application/octet-stream", new byte[0]);
            return;
        }
        try (ObjectStore.Reader reader = store.reader(); InputStream in = reader.open(object);
                OutputStream out = call.stream(Images.type(path).orElse("text/plain; charset=utf-8"))) {
            in.transferTo(out);
        }
    }

    private Optional<StoredObject> find(Repository repository, Sha256 commit, String path) throws SQLException {
        try (Connection c = pool.acquire("raw")) {
            Optional<Sha256> snapshot = CommitRows.nodes(c, repository.id(), List.of(commit)).stream().findFirst()
                    .map(CommitRows.CommitNode::snapshotId);
            Optional<Sha256> file = snapshot.isEmpty() ? Optional.empty()
                    : SnapshotRows.file(c, repository.id(), snapshot.get(), path);
            return file.isEmpty() ? Optional.empty()
                    : ObjectRows.places(c, repository.id(), List.of(file.get())).stream().findFirst();
        }
    }
}
