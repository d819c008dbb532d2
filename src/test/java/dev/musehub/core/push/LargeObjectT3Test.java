package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.fetch.FetchObjects;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Problem.Code;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.store.DiskStore;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.PiecesStream;
import dev.musehub.testing.History;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects in L frames: there and back, and everything that can be wrong with pieces. */
@Tag("T3")
class LargeObjectT3Test {

    private static final int SIZE = 10_000;
    /** Everything above a thousand bytes is large here. */
    private static final Limits SMALL = new Limits(100, 100, 1000, 1L << 30, 1000, 1 << 20, 1 << 20, 100, 1 << 20, 100,
            1 << 20);
    private static final Frame.Header OBJECTS = History.header("main", Optional.empty(), false, new Lease.None());

    @TempDir
    private Path root;
    private DiskStore store;
    private PushFixture bench;
    private final byte[] bytes = new byte[SIZE];
    private Sha256 id;

    @BeforeEach
    void open() throws IOException {
        store = new DiskStore(root);
        bench = new PushFixture(store, SMALL);
        new Random(1).nextBytes(bytes);
        id = Sha256.of(bytes);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private Frame.LargePiece piece(int from, int to) {
        return new Frame.LargePiece(id, SIZE, from, java.util.Arrays.copyOfRange(bytes, from, to));
    }

    private static List<Frame> stream(int objects, Frame... frames) {
        List<Frame> all = new ArrayList<>(List.of(OBJECTS));
        all.addAll(List.of(frames));
        all.add(new Frame.End(objects, 0));
        return all;
    }

    private void refused(Code code, Frame... frames) throws IOException {
        assertEquals(code, assertThrows(Problem.class, () -> bench.push(stream(1, frames))).code());
        assertEquals(0, bench.count("from objects"));
        try (Stream<Path> files = Files.walk(root)) {
            assertEquals(List.of(), files.filter(Files::isRegularFile).toList());
        }
    }

    private byte[] fetched() throws IOException, SQLException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        FetchObjects.prepare(bench.pool(), store, SMALL, bench.repository().id(), List.of(id))
                .write(new FrameWriter(answer), false);
        FrameReader frames = new FrameReader(new ByteArrayInputStream(answer.toByteArray()), SMALL);
        Frame.LargePiece first = (Frame.LargePiece) frames.next().orElseThrow();
        byte[] got = new PiecesStream(first, () -> frames.next().orElseThrow()).readAllBytes();
        assertEquals(new Frame.End(1, 0), frames.next().orElseThrow());
        return got;
    }

    @Test
    void anObjectInPiecesComesBackWhole() throws IOException, SQLException {
        Frame.Result result = bench.push(stream(1, piece(0, 4000), piece(4000, 9999), piece(9999, SIZE)));
        assertEquals(1, result.stored());
        assertArrayEquals(bytes, fetched());
    }

    @Test
    void piecesStandBetweenOtherObjects() throws IOException, SQLException {
        byte[] small = {1, 2, 3};
        bench.push(stream(3, History.raw(Sha256.of(small), small), piece(0, SIZE), History.raw(Sha256.of(new byte[9]),
                new byte[9])));
        assertEquals(3, bench.count("from repository_objects"));
        assertArrayEquals(bytes, fetched());
    }

    @Test
    void whatSomebodyStoredAlreadyIsProvedAgainAndNotStoredTwice() throws IOException {
        bench.push(stream(1, piece(0, SIZE)));
        bench.push(bench.another("second"), new ByteArrayInputStream(History.bytes(stream(1, piece(0, SIZE)))));
        try (Stream<Path> files = Files.walk(root)) {
            assertEquals(1, files.filter(Files::isRegularFile).count());
        }
        bytes[5000] ^= 1;
        Problem forged = assertThrows(Problem.class, () -> bench.push(bench.another("third"),
                new ByteArrayInputStream(History.bytes(stream(1, piece(0, SIZE))))));
        assertEquals(Code.OBJECT_MISMATCH, forged.code());
        assertEquals(2, bench.count("from repository_objects"));
    }

    @Test
    void wrongBytesAreRefused() throws IOException {
        bytes[7777] ^= 1;
        refused(Code.OBJECT_MISMATCH, piece(0, 5000), piece(5000, SIZE));
    }

    @Test
    void piecesOutOfOrderAreRefused() throws IOException {
        refused(Code.MALFORMED_STREAM, piece(5000, SIZE), piece(0, 5000));
        refused(Code.MALFORMED_STREAM, piece(0, 5000), piece(5001, SIZE));
        refused(Code.MALFORMED_STREAM, piece(0, 5000), piece(4999, SIZE));
    }

    @Test
    void anObjectThatBreaksOffIsRefused() throws IOException {
        refused(Code.MALFORMED_STREAM, piece(0, 5000));
        refused(Code.MALFORMED_STREAM, piece(0, 5000), History.raw(Sha256.of(new byte[1]), new byte[1]));
    }

    @Test
    void aPieceOutsideItsObjectIsNoPiece() {
        assertThrows(Problem.class, () -> new Frame.LargePiece(id, SIZE, SIZE, new byte[1]));
        assertThrows(Problem.class, () -> new Frame.LargePiece(id, SIZE, 0, new byte[0]));
        assertThrows(Problem.class, () -> new Frame.LargePiece(id, SIZE, -1, new byte[1]));
    }

    @Test
    void damageOnDiskIsToldBeforeTheLastPiece() throws IOException {
        bench.push(stream(1, piece(0, SIZE)));
        try (Stream<Path> files = Files.walk(root)) {
            Path file = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            byte[] stored = Files.readAllBytes(file);
            stored[100] ^= 1;
            Files.write(file, stored);
        }
        assertEquals(Code.OBJECT_DAMAGED, assertThrows(Problem.class, this::fetched).code());
    }

    @Test
    void aRepositoryThatLooksIntoObjectsTakesNoneThatAreTooLargeForThat() throws IOException {
        bench.sql("update repositories set refuse_polyglots = true");
        refused(Code.LIMIT_EXCEEDED, piece(0, SIZE));
        assertTrue(bench.repository().policy().refusePolyglots());
    }
}
