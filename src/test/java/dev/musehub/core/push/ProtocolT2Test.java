package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every frame in every state of a push stream: {@code H (O|L)* C* E} and nothing else. */
@Tag("T2")
class ProtocolT2Test {

    private static PushFixture bench;

    @BeforeAll
    static void open() {
        bench = new PushFixture(new MemoryStore());
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    private static final Frame H = History.header("main", Optional.empty(), false, new Lease.None());
    private static final History ONE = History.line("t2", 1);
    private static final Frame O = History.raw(ONE.objects().keySet().iterator().next(),
            ONE.objects().values().iterator().next());
    private static final Frame L = piece(0, 2);
    private static final Frame C = new Frame.CommitPack(List.of(), List.of());
    private static final Frame E = new Frame.End(0, 0);
    private static final Frame P = new Frame.Progress("receive", 0, 0, 0);
    private static final Frame X = new Frame.Failure("x", "y", false, Value.EMPTY);
    private static final Frame R = new Frame.Result("b", Optional.empty(), Optional.empty(), Map.of(), 0, 0, 0, 0,
            Map.of(), 0, List.of(), Optional.empty(), false);

    /** A piece of an object of two bytes. */
    private static Frame piece(int from, int to) {
        byte[] bytes = {1, 2};
        return new Frame.LargePiece(Sha256.of(bytes), bytes.length, from, Arrays.copyOfRange(bytes, from, to));
    }

    static Stream<Arguments> wrong() {
        List<Arguments> all = new ArrayList<>();
        // Before H.
        for (Frame f : List.of(O, L, C, E, P, X, R)) {
            all.add(Arguments.of(List.of(f)));
        }
        // After H, after O, after L, after C, after E.
        for (List<Frame> state : List.of(List.of(H), List.of(H, O), List.of(H, L), List.of(H, C),
                List.of(H, E))) {
            boolean ended = state.contains(E);
            boolean packs = state.contains(C);
            for (Frame f : List.of(H, O, L, C, E, P, X, R)) {
                boolean allowed = !ended && ((f == O || f == L) && !packs || f == C || f == E);
                if (!allowed) {
                    List<Frame> frames = new ArrayList<>(state);
                    frames.add(f);
                    all.add(Arguments.of(frames));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aFrameOutOfItsTurnIsRefused(List<Frame> frames) {
        Problem refused = assertThrows(Problem.class, () -> bench.push(frames));
        assertEquals(Problem.Code.UNEXPECTED_FRAME, refused.code(), frames.toString());
    }

    /** After a piece that is not the last one of its object, the next frame must be the next piece. */
    @Test
    void anythingBetweenTwoPiecesIsRefused() {
        for (Frame frame : List.of(H, O, L, C, E, P, X, R, piece(0, 1))) {
            List<Frame> frames = List.of(H, piece(0, 1), frame);
            Problem refused = assertThrows(Problem.class, () -> bench.push(frames));
            assertEquals(Problem.Code.MALFORMED_STREAM, refused.code(), frames.toString());
        }
        Frame.Result whole = bench.push(List.of(H, piece(0, 1), piece(1, 2), new Frame.End(1, 0)));
        // Another test may have stored it before.
        assertEquals(1, whole.stored() + whole.skipped());
    }

    @Test
    void anEmptyStreamOfObjectsIsFine() {
        assertEquals(0, bench.push(List.of(H, E)).stored());
    }

    @Test
    void aStreamWithoutAnEndIsTruncated() {
        for (List<Frame> frames : List.of(List.of(H), List.of(H, O), List.of(H, L), List.of(H, piece(0, 1)),
                List.of(H, C))) {
            assertEquals(Problem.Code.TRUNCATED_STREAM,
                    assertThrows(Problem.class, () -> bench.push(frames)).code());
        }
    }

    /** A body that a proxy lost may be sent again. */
    @Test
    void anEmptyBodyIsTruncated() {
        assertEquals(Problem.Code.TRUNCATED_STREAM,
                assertThrows(Problem.class, () -> bench.push(List.of())).code());
    }

    @Test
    void anObjectStandsOnceInAStream() {
        byte[] bytes = {3, 4};
        Frame two = History.raw(Sha256.of(bytes), bytes);
        Frame large = new Frame.LargePiece(Sha256.of(bytes), 2, 0, bytes);
        for (List<Frame> twice : List.<List<Frame>>of(List.of(H, O, O, new Frame.End(2, 0)),
                List.of(H, two, large, new Frame.End(2, 0)), List.of(H, large, two, new Frame.End(2, 0)))) {
            assertEquals(Problem.Code.DUPLICATE_ID,
                    assertThrows(Problem.class, () -> bench.push(twice)).code());
        }
    }

    @Test
    void anEndWithOtherCountsIsTruncated() {
        for (Frame end : List.of(new Frame.End(1, 0), new Frame.End(0, 1))) {
            assertEquals(Problem.Code.TRUNCATED_STREAM,
                    assertThrows(Problem.class, () -> bench.push(List.of(H, end))).code());
        }
    }
}
