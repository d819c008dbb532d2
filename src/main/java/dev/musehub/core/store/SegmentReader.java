package dev.musehub.core.store;

import dev.musehub.core.io.HashingStream;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads objects out of segments. It keeps the batch it unpacked last: in stored order each batch is then read and
 * unpacked once, and the next one needs it.
 */
final class SegmentReader implements ObjectStore.Reader {

    private final Path root;
    private final Zstd zstd = new Zstd();
    private UUID openSegment;
    private FileChannel open;
    /** The batch of the open segment that was unpacked last, and where it lies; -1 where there is none. */
    private byte[] last = Zstd.noPrefix();
    private long lastAt = -1;

    SegmentReader(Path root) {
        this.root = root;
    }

    /** Work on the segment of an object. */
    private interface Work<T> {
        T run(StoreLocation place) throws IOException;
    }

    private <T> T inSegment(StoredObject object, Work<T> work) throws IOException {
        StoreLocation place = object.place().orElseThrow(
                () -> new IllegalArgumentException("no place of " + object.id()));
        try {
            if (place.position() != Segment.WHOLE_FILE) {
                open(place.segment());
            }
            return work.run(place);
        } catch (NoSuchFileException e) {
            throw damaged(object.id(), "its file is gone");
        }
    }

    @Override
    public byte[] read(StoredObject object) throws IOException {
        return inSegment(object, place -> {
            if (place.position() == Segment.WHOLE_FILE) {
                try (InputStream whole = open(object)) {
                    return whole.readAllBytes();
                }
            }
            Segment.BatchHeader batch = header(Segment.batch(place.position()), object.id());
            byte[] raw = object(batch, Segment.index(place.position()), unpacked(batch, object.id()), object.id());
            if (!Sha256.of(raw).equals(object.id())) {
                throw damaged(object.id(), "its bytes have changed");
            }
            return raw;
        });
    }

    @Override
    public Optional<ObjectStore.LyingBatch> batch(List<StoredObject> wanted, Optional<Sha256> prefix)
            throws IOException {
        StoredObject first = wanted.getFirst();
        return inSegment(first, place -> {
            if (place.position() == Segment.WHOLE_FILE || Segment.index(place.position()) != 0) {
                return Optional.empty();
            }
            Segment.BatchHeader batch = header(Segment.batch(place.position()), first.id());
            int count = batch.ids().size();
            Optional<Sha256> on = batch.back() == 0 ? Optional.empty()
                    : Optional.of(header(batch.at() - batch.back(), first.id()).ids().getLast());
            if (on.isPresent() && !on.equals(prefix) || count > wanted.size()
                    || !batch.ids().equals(wanted.subList(0, count).stream().map(StoredObject::id).toList())) {
                return Optional.empty();
            }
            byte[] data = readFully(batch.data(), batch.stored(), first.id()).array();
            return Optional.of(new ObjectStore.LyingBatch(count, new ObjectStore.PackedBatch(data, on)));
        });
    }

    @Override
    public InputStream open(StoredObject object) throws IOException {
        return inSegment(object, place -> place.position() != Segment.WHOLE_FILE
                ? new ByteArrayInputStream(read(object))
                : new HashingStream(Files.newInputStream(Segment.file(root, place.segment())), object.id(),
                        object.size(), why -> damaged(object.id(), why)));
    }

    @Override
    public void probe(StoredObject object) throws IOException {
        inSegment(object, place -> {
            if (place.position() == Segment.WHOLE_FILE) {
                if (Files.size(Segment.file(root, place.segment())) != object.size()) {
                    throw damaged(object.id(), "its file has another length");
                }
                return true;
            }
            Segment.BatchHeader batch = header(Segment.batch(place.position()), object.id());
            int index = Segment.index(place.position());
            if (index >= batch.sizes().length || !batch.ids().get(index).equals(object.id())
                    || batch.sizes()[index] != object.size()) {
                throw damaged(object.id(), "another object lies in its place");
            }
            return true;
        });
    }

    private void open(UUID segment) throws IOException {
        if (!segment.equals(openSegment)) {
            close(open);
            openSegment = null;
            lastAt = -1;
            open = FileChannel.open(Segment.file(root, segment), StandardOpenOption.READ);
            openSegment = segment;
        }
    }

    /** The raw bytes of a batch: walks back to one that stands alone, or is at hand, then unpacks forward. */
    private byte[] unpacked(Segment.BatchHeader batch, Sha256 wanted) throws IOException {
        Deque<Segment.BatchHeader> steps = new ArrayDeque<>();
        Segment.BatchHeader at = batch;
        while (at.at() != lastAt && at.back() != 0) {
            steps.push(at);
            at = header(at.at() - at.back(), wanted);
        }
        if (at.at() != lastAt) {
            last = unpack(at, Zstd.noPrefix(), wanted);
            lastAt = at.at();
        }
        while (!steps.isEmpty()) {
            byte[] prefix = object(at, at.sizes().length - 1, last, wanted);
            at = steps.pop();
            last = unpack(at, prefix, wanted);
            lastAt = at.at();
        }
        return last;
    }

    private byte[] unpack(Segment.BatchHeader batch, byte[] prefix, Sha256 wanted) throws IOException {
        try {
            return zstd.decompress(readFully(batch.data(), batch.stored(), wanted).array(), prefix, batch.rawBytes());
        } catch (Problem e) {
            throw damaged(wanted, e.getMessage());
        }
    }

    private static byte[] object(Segment.BatchHeader batch, int index, byte[] raw, Sha256 wanted) {
        if (index >= batch.sizes().length) {
            throw damaged(wanted, "another batch lies in its place");
        }
        int start = batch.start(index);
        return Arrays.copyOfRange(raw, start, start + batch.sizes()[index]);
    }

    private Segment.BatchHeader header(long at, Sha256 wanted) throws IOException {
        long length = open.size();
        ByteBuffer bytes = readFully(at, Math.clamp(length - at, 0, Segment.BatchHeader.most()), wanted);
        return Segment.BatchHeader.read(at, bytes, length)
                .orElseThrow(() -> damaged(wanted, "its segment is unreadable"));
    }

    private ByteBuffer readFully(long position, int length, Sha256 wanted) throws IOException {
        if (position < 0 || position + length > open.size()) {
            throw damaged(wanted, "its segment is too short");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (open.read(bytes, position + bytes.position()) < 0) {
                throw damaged(wanted, "its segment is too short");
            }
        }
        return bytes.flip();
    }

    private static Problem damaged(Sha256 id, String why) {
        return new Problem(Problem.Code.OBJECT_DAMAGED, "object " + id + " cannot be read: " + why
                + "; restore the hub's data directory").with("object", id.toString());
    }

    private static void close(FileChannel channel) throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        zstd.close();
        close(open);
    }
}
