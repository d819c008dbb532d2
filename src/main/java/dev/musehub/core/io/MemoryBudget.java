package dev.musehub.core.io;

import dev.musehub.core.model.Problem;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What all requests together may hold in memory: objects between socket and store, and the other {@link BudgetUse}s
 * (I9). Counted in KiB, so that the permits of a semaphore reach beyond 2 GiB. Safe for many threads.
 */
public final class MemoryBudget {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Up to here a request holds what it needs. */
    private static final int SMALL_KIB = 1 << 10;

    /** A usual push, with frames of 4 MiB as our client sends them, needs no more than this. */
    private static final int SHARE_KIB = 24 << 10;

    private final int totalKib;
    private final Semaphore kib;
    private final Semaphore largeOne = new Semaphore(1);
    private final AtomicInteger waiting = new AtomicInteger();
    private final Set<Runnable> givingWay = ConcurrentHashMap.newKeySet();

    public MemoryBudget(long bytes) {
        this.totalKib = (int) Math.min(Integer.MAX_VALUE, bytes >> 10);
        this.kib = new Semaphore(totalKib, true);
    }

    /** A quarter of the heap; the rest is for what is not counted here. */
    public static MemoryBudget ofHeap() {
        return new MemoryBudget(Runtime.getRuntime().maxMemory() / 4);
    }

    /** All of it. */
    public long totalBytes() {
        return totalKib * 1024L;
    }

    /** What is taken now. */
    public long heldBytes() {
        return (totalKib - kib.availablePermits()) * 1024L;
    }

    /** What {@code bytes} cost a caller that has {@code held} KiB: never more than is left, so it can go on alone. */
    public int kib(long bytes, int held) {
        return (int) Math.min(totalKib - held, (bytes >> 10) + 1);
    }

    /** Until it is closed, its holder is asked to give back what it can do without when somebody waits for memory. */
    public interface GivingWay extends AutoCloseable {
        @Override void close();
    }

    /** From now on {@code giveWay} runs, on a thread of its own, each time somebody begins to wait for memory. */
    public GivingWay givingWay(Runnable giveWay) {
        givingWay.add(giveWay);
        return () -> givingWay.remove(giveWay);
    }

    /** Whether somebody waits for memory. */
    public boolean isWaitedFor() {
        return waiting.get() > 0;
    }

    /** Takes {@code amount} KiB if they are there. */
    public boolean tryTake(int amount) {
        return kib.tryAcquire(amount);
    }

    /**
     * Takes {@code amount} KiB, and waits for others to give theirs back. A caller that waits should hold no
     * batch: only the caller itself could give that back.
     *
     * @throws Problem {@code busy} after a minute; {@code shutting-down} where the hub stops meanwhile
     */
    public void take(int amount) {
        waiting.incrementAndGet();
        try {
            if (kib.tryAcquire(amount, 0, TimeUnit.SECONDS)) {
                return;
            }
            givingWay.forEach(giveWay -> Thread.ofVirtual().name("give-way").start(giveWay));
            if (!kib.tryAcquire(amount, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new Problem(Problem.Code.BUSY,
                        "the hub is receiving as much as its memory allows; try again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Code.SHUTTING_DOWN, "the hub is stopping; try again", e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    public void giveBack(int amount) {
        kib.release(amount);
    }

    /** What a request holds memory for, beside the objects on their way. */
    public enum BudgetUse { BODY, FRAME, IDS, MANIFESTS }

    /** Memory that one request holds: for each use the most so far, until it ends or says otherwise. */
    public Hold hold() {
        return new Hold();
    }

    /**
     * See {@link #hold}. Two requests that hold some and need more could wait for each other. So a small need is taken
     * as it is, a larger one is a whole share at once, and only one request at a time goes beyond a share.
     * Confined to one thread.
     */
    public final class Hold implements AutoCloseable {
        private final Map<BudgetUse, Long> most = new EnumMap<>(BudgetUse.class);
        private int held;
        private boolean large;

        /**
         * Holds {@code bytes} for {@code use}.
         *
         * @throws Problem {@code limit-exceeded} where even an idle hub has not so much; {@code busy} where others do
         *     not give theirs back within a minute, or another one of the large ones is under way
         */
        public void atLeast(BudgetUse use, long bytes) {
            most.merge(use, bytes, Math::max);
            long wanted = (most.values().stream().mapToLong(Long::longValue).sum() >> 10) + 1;
            if (wanted > totalKib) {
                throw new Problem(Problem.Code.LIMIT_EXCEEDED, "what this request sends takes more memory than this"
                        + " hub has for all of them, " + totalKib + " KiB; send it in smaller steps, or give the hub"
                        + " more (-Xmx)").with("limit", totalKib * 1024L).with("actual", wanted * 1024);
            }
            int share = Math.min(SHARE_KIB, totalKib);
            if (wanted > share && !large) {
                large = largeOne.tryAcquire();
                if (!large) {
                    throw new Problem(Problem.Code.BUSY, "another large push is under way; try again later");
                }
            }
            int next = (int) (wanted <= SMALL_KIB ? wanted : Math.max(wanted, share));
            if (next > held) {
                take(next - held);
                held = next;
            }
        }

        /** Gives back what is held for {@code use} beyond {@code bytes}, where nothing else is held. */
        public void atMost(BudgetUse use, long bytes) {
            most.remove(use);
            if (most.isEmpty()) {
                keep((int) Math.min(held, bytes >> 10));
            }
        }

        private void keep(int kib) {
            giveBack(held - kib);
            held = kib;
            if (large) {
                largeOne.release();
                large = false;
            }
        }

        @Override
        public void close() {
            most.clear();
            keep(0);
        }
    }
}
