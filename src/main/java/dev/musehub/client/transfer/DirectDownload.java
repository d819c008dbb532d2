package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient;
import dev.musehub.client.hub.PresignClient.SignedDownload;
import dev.musehub.client.hub.StoreTransfer;
import dev.musehub.client.hub.StoreTransfer.StoreTarget;
import dev.musehub.client.muse.IncomingObject;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.files.LimitedStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Downloads objects directly from the store behind the hub. URLs are signed window by window; each object is hashed.
 */
final class DirectDownload implements AutoCloseable {

    private static final int WINDOW = 256;

    private final MuseRepository repository;
    private final PresignClient hub;
    private final StoreTransfer store;

    DirectDownload(MuseRepository repository, HubClient hub, URI remote) {
        this.repository = repository;
        this.hub = new PresignClient(hub);
        this.store = new StoreTransfer(remote);
    }

    /** Downloads objects; {@code bar} counts them. */
    void fetch(List<Sha256> ids, Meter.Bar bar) throws IOException {
        try (Tasks downloads = Tasks.within("get", store.inFlight())) {
            for (int from = 0; from < ids.size(); from += WINDOW) {
                Map<Sha256, SignedDownload> window = hub.downloads(ids.subList(from, Math.min(ids.size(), from
                        + WINDOW)));
                for (Map.Entry<Sha256, SignedDownload> download : window.entrySet()) {
                    downloads.submit(() -> one(download.getKey(), download.getValue(), bar));
                }
            }
            downloads.join();
        }
    }

    private void one(Sha256 id, SignedDownload download, Meter.Bar bar)
            throws IOException, InterruptedException {
        store.get(download.target(), (bytes, _) -> receive(id, download.size(), bytes), () -> again(id));
        bar.add(1);
    }

    private void receive(Sha256 id, long size, InputStream bytes) throws IOException {
        try (IncomingObject object = repository.objects().incoming(id)) {
            new LimitedStream(bytes, size, "the object broke off").transferTo(object);
            if (bytes.read() >= 0) {
                throw new Problem(Problem.Code.OBJECT_MISMATCH, "object " + id + " arrived with too many bytes; try"
                        + " again");
            }
            object.finish();
        }
    }

    private Optional<StoreTarget> again(Sha256 id) {
        return Optional.ofNullable(hub.downloads(List.of(id)).get(id)).map(SignedDownload::target);
    }

    @Override
    public void close() {
        store.close();
    }
}
