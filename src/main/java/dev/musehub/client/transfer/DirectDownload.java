package dev.musehub.client.transfer;

import dev.musehub.cli.Meter;
import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient;
import dev.musehub.client.hub.PresignClient.SignedDownload;
import dev.musehub.client.hub.StoreTransfer;
import dev.musehub.client.hub.StoreTransfer.StoreTarget;
import dev.musehub.client.muse.IncomingObject;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.io.LimitedStream;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Downloads objects directly from the store behind the hub. URLs are signed window by window; each object is hashed.
 */
final class DirectDownload implements AutoCloseable {

    private static final int WINDOW = 256;

    private final MuseRepository repository;
    private final PresignClient hub;
    private final StoreTransfer store;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    DirectDownload(MuseRepository repository, HubClient hub, URI remote) {
        this.repository = repository;
        this.hub = new PresignClient(hub);
        this.store = new StoreTransfer(remote);
    }

    /** Downloads objects; {@code bar} counts them. */
    void fetch(List<Sha256> ids, Meter.Bar bar) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int from = 0; from < ids.size() && failure.get() == null; from += WINDOW) {
                Map<Sha256, SignedDownload> window = hub.downloads(ids.subList(from, Math.min(ids.size(), from
                        + WINDOW)));
                for (Map.Entry<Sha256, SignedDownload> download : window.entrySet()) {
                    store.inFlight().begin();
                    threads.execute(() -> one(download.getKey(), download.getValue(), bar));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Code.UNREACHABLE, "interrupted", e);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
        switch (failure.get()) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    private void one(Sha256 id, SignedDownload download, Meter.Bar bar) {
        try {
            if (failure.get() == null) {
                store.get(download.target(), (bytes, _) -> receive(id, download.size(), bytes), () -> again(id));
                bar.add(1);
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        } finally {
            store.inFlight().end();
        }
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
