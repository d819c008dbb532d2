package dev.musehub.server.access;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Counts what each address and account uses of the hub, and refuses requests beyond the limits. An IPv6 address counts
 * as its /64, because one machine has all addresses of it.
 */
public final class RateLimiter {

    /** How many seconds' worth of requests may come at once. */
    private static final int BURST = 10;
    /** Wrong tokens per second that do not count. */
    private static final double FORGIVEN = 0.1;
    /** How often per second the same wrong token counts: a forgotten script repeats one token, it does not guess. */
    private static final double SAME_AGAIN = 1 / 600.0;
    /** When to try again while too many pushes run; the hub cannot know when one will end. */
    private static final int PUSH_WAIT_SECONDS = 5;

    private final RateLimits rates;
    private final TokenBuckets<Source> requests;
    private final TokenBuckets<Source> wrongTokens;
    private final TokenBuckets<WrongToken> known;
    /** Running pushes by source and by pusher; an entry is removed with its last push. */
    private final Map<Object, Integer> pushes = new ConcurrentHashMap<>();

    /** The part of an address that counts. */
    record Source(boolean six, long bits) {

        static Source of(InetAddress address) {
            ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
            return address instanceof Inet6Address ? new Source(true, bytes.getLong())
                    : new Source(false, bytes.getInt());
        }
    }

    /** A wrong token, and where it came from. */
    private record WrongToken(Source from, Sha256 hash) { }

    /** The user of a push. */
    private record Pusher(long userId) { }

    public RateLimiter(RateLimits rates, LongSupplier clock) {
        this.rates = rates;
        this.requests = new TokenBuckets<>((double) BURST * rates.requests(), rates.requests(), clock);
        this.wrongTokens = new TokenBuckets<>(rates.signIns(), FORGIVEN, clock);
        this.known = new TokenBuckets<>(1, SAME_AGAIN, clock);
    }

    private boolean counts(InetAddress address, int limit) {
        return limit > 0 && (rates.loopback() || !address.isLoopbackAddress());
    }

    /**
     * Counts a request.
     *
     * @throws Problem {@code rate-limited}
     */
    public void request(InetAddress from) {
        if (counts(from, rates.requests())) {
            int seconds = requests.take(Source.of(from));
            if (seconds > 0) {
                throw wait(seconds, "more than " + rates.requests() + " requests per second come from your address");
            }
        }
    }

    /**
     * Called before a token is looked up. After too many wrong tokens an address has to wait, also with a right one.
     *
     * @throws Problem {@code rate-limited}
     */
    void signIn(InetAddress from) {
        if (counts(from, rates.signIns())) {
            int seconds = wrongTokens.peek(Source.of(from));
            if (seconds > 0) {
                throw wait(seconds, "too many wrong tokens came from your address; check yours meanwhile");
            }
        }
    }

    /** Counts a wrong token. */
    void wrongToken(InetAddress from, Sha256 hash) {
        Source source = Source.of(from);
        if (counts(from, rates.signIns()) && known.take(new WrongToken(source, hash)) == 0) {
            wrongTokens.take(source);
        }
    }

    /** A running push; close it at its end. */
    public interface RunningShare extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Counts a push until it is closed.
     *
     * @throws Problem {@code rate-limited} where too many pushes of this address or account are running
     */
    public RunningShare push(InetAddress from, Account account) {
        if (!counts(from, rates.pushes())) {
            return () -> { };
        }
        Source source = Source.of(from);
        Pusher pusher = new Pusher(account.userId());
        begin(source, "your address");
        try {
            begin(pusher, account.name());
        } catch (Problem e) {
            end(source);
            throw e;
        }
        return () -> {
            end(pusher);
            end(source);
        };
    }

    private void begin(Object key, String whose) {
        if (pushes.merge(key, 1, Integer::sum) > rates.pushes()) {
            end(key);
            throw wait(PUSH_WAIT_SECONDS, rates.pushes() + " pushes of " + whose + " are running");
        }
    }

    private void end(Object key) {
        pushes.computeIfPresent(key, (_, n) -> n > 1 ? n - 1 : null);
    }

    private static Problem wait(int seconds, String why) {
        return new Problem(Problem.Code.RATE_LIMITED, why + "; try again in " + seconds + " s")
                .with("retry_after", seconds);
    }
}
