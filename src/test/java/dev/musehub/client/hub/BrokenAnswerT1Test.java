package dev.musehub.client.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.musehub.core.model.Problem;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.History;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A hub that dies while it answers is a hub that cannot be reached, wherever its answer ends. */
@Tag("T1")
class BrokenAnswerT1Test {

    @Test
    void anAnswerThatEndsAnywhereIsToBeTriedAgain() {
        byte[] answer = History.bytes(List.of(new Frame.Progress("receive", 1, 2, 3)));
        for (int length = 0; length < answer.length; length++) {
            FrameReader frames = new FrameReader(new ByteArrayInputStream(Arrays.copyOf(answer, length)), Limits.DEFAULT);
            Problem broken = assertThrows(Problem.class, () -> RemoteErrors.next(frames));
            assertEquals(Problem.Code.UNREACHABLE, broken.code(), "after " + length + " bytes");
        }
    }
}
