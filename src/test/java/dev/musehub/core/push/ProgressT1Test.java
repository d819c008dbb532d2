package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Value;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.FrameReader;
import dev.musehub.core.wire.FrameWriter;
import dev.musehub.core.wire.Limits;
import dev.musehub.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a client hears while its push runs. */
@Tag("T1")
class ProgressT1Test {

    private static final Frame.Failure LAST = new Frame.Failure("shutting-down", "", true, Value.EMPTY);

    private static List<Frame> frames(ByteArrayOutputStream answer) {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(answer.toByteArray()), Limits.DEFAULT);
        List<Frame> frames = new ArrayList<>();
        for (Optional<Frame> next = reader.next(); next.isPresent(); next = reader.next()) {
            frames.add(next.get());
        }
        return frames;
    }

    @Test
    void timeGoesOnInASilentPhaseAndThereIsOneLastFrame() throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (ProgressWriter progress = new ProgressWriter(new FrameWriter(answer), Duration.ofMillis(50), false)) {
            progress.at("integrity", 0, 0);
            Await.until("three heartbeats", () -> frames(answer).size() >= 3);
            progress.finish(LAST);
            progress.finish(LAST);
        }
        List<Frame> frames = frames(answer);
        assertEquals(1, frames.stream().filter(Frame.Failure.class::isInstance).count());
        List<Long> times = frames.subList(0, frames.size() - 1).stream().map(f -> ((Frame.Progress) f).millis()).toList();
        assertTrue(times.get(0) < times.get(1) && times.get(1) < times.get(2), times.toString());
    }

    /** A client counts on at most two a second. It may read them late, so their own times must say so. */
    @Test
    void betweenTwoFramesThereIsHalfASecond() throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (ProgressWriter progress = new ProgressWriter(new FrameWriter(answer), Duration.ofMinutes(1), false)) {
            Await.until("the first frame", () -> {
                progress.at("receive", 1, 0);
                return !frames(answer).isEmpty();
            });
            for (int seen : List.of(2, 3)) {
                progress.at("receive", seen, 0);
                Await.until("the next frame", () -> frames(answer).size() >= seen);
            }
            progress.finish(LAST);
        }
        long before = 0;
        for (Frame frame : frames(answer)) {
            if (frame instanceof Frame.Progress p) {
                assertTrue(p.millis() - before >= 500, frames(answer).toString());
                before = p.millis();
            }
        }
    }
}
