package dev.musehub.server.http;

import dev.musehub.core.io.ArrivingBytes;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.wire.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Reads request bodies that are no streams. One that arrives slowly waits in a file; memory for its unpacked form is
 * taken when it is whole, and most of it given back when its answer begins. Everybody may send a body: who is not
 * signed in takes from a smaller budget, so that strangers keep no push waiting.
 */
public final class Bodies {

    /** Strangers get this part of the memory that requests have, beside it. */
    private static final int STRANGERS = 4;

    /** Bodies are read in steps of this many bytes; smaller ones are not counted. */
    private static final int STEP = 64 << 10;

    /** The most that stays while an answer is read. */
    private static final long IDS = 1 << 20;

    /** Memory of an unpacked body, as a multiple of its bytes. */
    private static final int HEAP = 16;

    private final MemoryBudget members;
    private final MemoryBudget strangers;
    private final Path scratch;

    public Bodies(MemoryBudget members, Path scratch) {
        this.members = members;
        this.strangers = new MemoryBudget(members.totalBytes() / STRANGERS);
        this.scratch = scratch;
    }

    /** The body of one request. Confined to its thread. */
    final class RequestBody implements AutoCloseable {
        private final MemoryBudget.Hold ofMember = members.hold();
        private final MemoryBudget.Hold ofStranger = strangers.hold();
        private long length;

        byte[] read(InputStream in, int most, boolean stranger) throws IOException {
            try (ArrivingBytes arrival = new ArrivingBytes(scratch)) {
                for (byte[] step = in.readNBytes(STEP); step.length > 0; step = in.readNBytes(STEP)) {
                    arrival.write(step, 0, step.length);
                    if (arrival.length() > most) {
                        throw Limits.exceeded("bytes of a request", arrival.length(), most);
                    }
                }
                length = arrival.length();
                if (length >= STEP) {
                    (stranger ? ofStranger : ofMember).atLeast(MemoryBudget.BudgetUse.BODY,
                            HEAP * length);
                }
                return arrival.whole();
            } catch (UncheckedIOException e) {
                throw Failures.ofStore(e.getCause());
            }
        }

        /**
         * The answer begins, and a client may take its time with it. Most of the body is no longer needed; the ids that
         * it named take about as much as they took as text, and no more of them are allowed than take {@link #IDS}.
         */
        void used() {
            ofMember.atMost(MemoryBudget.BudgetUse.BODY, Math.min(length, IDS));
            ofStranger.atMost(MemoryBudget.BudgetUse.BODY, Math.min(length, IDS));
        }

        /** Gives the memory back. */
        @Override
        public void close() {
            ofMember.close();
            ofStranger.close();
        }
    }
}
