package dev.musehub.s3;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Reads objects from a bucket. It reads some ahead: each costs a round trip, and so the round trips overlap. */
final class S3Reader implements ObjectStore.Reader {

    /** Objects, and their bytes, fetched ahead. */
    private static final int AHEAD = 16;
    private static final long AHEAD_BYTES = 8 << 20;

    /** An object read ahead. */
    private record Coming(StoredObject object, Future<byte[]> bytes) { }

    private final S3Bucket bucket;
    private final ExecutorService fetching = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<Coming> coming = new ArrayDeque<>();
    private long comingBytes;
    private Iterator<StoredObject> expected = List.<StoredObject>of().iterator();
    private StoredObject waiting;

    S3Reader(S3Bucket bucket) {
        this.bucket = bucket;
    }

    @Override
    public void expect(List<StoredObject> objects) {
        expected = objects.iterator();
        waiting = expected.hasNext() ? expected.next() : null;
    }

    @Override
    public byte[] read(StoredObject object) throws IOException {
        fetchAhead();
        Coming next = coming.peek();
        if (next == null || !next.object().equals(object)) {
            return fetch(object);
        }
        coming.poll();
        comingBytes -= object.size();
        try {
            return next.bytes().get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Problem p -> throw p;
                case IOException io -> throw io;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void fetchAhead() {
        while (waiting != null && coming.size() < AHEAD && comingBytes + waiting.size() <= AHEAD_BYTES) {
            StoredObject object = waiting;
            coming.add(new Coming(object, fetching.submit(() -> fetch(object))));
            comingBytes += object.size();
            waiting = expected.hasNext() ? expected.next() : null;
        }
        if (coming.isEmpty() && waiting != null) {
            // It is too large to read ahead. The caller reads it directly; reading ahead continues after it.
            waiting = expected.hasNext() ? expected.next() : null;
        }
    }

    private byte[] fetch(StoredObject object) throws IOException {
        try (InputStream in = open(object)) {
            byte[] bytes = new byte[Math.toIntExact(object.size())];
            in.readNBytes(bytes, 0, bytes.length);
            if (in.read() >= 0) {
                throw damaged(object.id(), "it is longer than it was");
            }
            return bytes;
        }
    }

    @Override
    public InputStream open(StoredObject object) throws IOException {
        return S3Bucket.asked(() -> {
            try {
                return new HashingStream(bucket.get(object), object.id(), object.size(),
                        why -> damaged(object.id(), why));
            } catch (NoSuchKeyException e) {
                throw damaged(object.id(), "it is gone from the bucket");
            }
        });
    }

    @Override
    public void probe(StoredObject object) throws IOException {
        long length = bucket.signed().head(S3Keys.of(object))
                .orElseThrow(() -> damaged(object.id(), "it is gone from the bucket")).length();
        if (length != object.size()) {
            throw damaged(object.id(), "it has " + length + " bytes, not " + object.size());
        }
    }

    static Problem damaged(Sha256 id, String why) {
        return new Problem(Problem.Code.OBJECT_DAMAGED, "object " + id + " cannot be read: " + why
                + "; push it again from a repository that has it").with("object", id.toString());
    }

    @Override
    public void close() {
        fetching.shutdownNow();
        fetching.close();
    }
}
