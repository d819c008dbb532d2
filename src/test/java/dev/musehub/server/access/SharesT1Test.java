package dev.musehub.server.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Account;
import dev.musehub.core.model.Account.Scope;
import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an address or account may take, on a clock that stands still until it is moved. */
@Tag("T1")
class SharesT1Test {

    private static final Account EVE = new Account(7, "eve", Scope.WRITE);
    private static final Account BOB = new Account(8, "bob", Scope.WRITE);

    private final AtomicLong clock = new AtomicLong(-5_000_000_000L);
    private final RateLimiter shares = new RateLimiter(new RateLimits(2, 3, 4, false), clock::get);

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void pass(double seconds) {
        clock.addAndGet((long) (seconds * 1e9));
    }

    private int requests(String from) {
        int n = 0;
        try {
            while (n < 10_000) {
                shares.request(address(from));
                n++;
            }
        } catch (Problem e) {
            assertEquals(Problem.Code.RATE_LIMITED, e.code());
            assertEquals(1, e.details().integer("retry_after", 0));
        }
        return n;
    }

    private static Sha256 hash(String token) {
        return Sha256.of(CodePoints.utf8(token));
    }

    @Test
    void requestsMayComeInABurstAndThenAtTheRate() {
        assertEquals(20, requests("192.0.2.1"));
        pass(1.5);
        assertEquals(3, requests("192.0.2.1"));
        pass(1000);
        assertEquals(20, requests("192.0.2.1"));
    }

    @Test
    void addressesHaveSharesOfTheirOwnAndASubnetOfSixHasOne() {
        assertEquals(20, requests("192.0.2.1"));
        assertEquals(20, requests("192.0.2.2"));
        assertEquals(20, requests("2001:db8::1"));
        assertEquals(0, requests("2001:db8::ffff:1"));
        assertEquals(20, requests("2001:db8:0:1::1"));
        assertEquals(10_000, requests("127.0.0.1"));
        assertEquals(10_000, requests("::1"));
    }

    @Test
    void whoGuessesTokensHasToWaitAndAForgottenScriptDoesNot() {
        InetAddress from = address("192.0.2.1");
        for (int i = 0; i < 100; i++) {
            shares.signIn(from);
            shares.wrongToken(from, hash("forgotten"));
        }
        for (int i = 0; i < 3; i++) {
            shares.signIn(from);
            shares.wrongToken(from, hash("guess " + i));
        }
        Problem refused = assertThrows(Problem.class, () -> shares.signIn(from));
        assertEquals(10, refused.details().integer("retry_after", 0));
        shares.signIn(address("192.0.2.2"));
        pass(10);
        shares.signIn(from);
    }

    @Test
    void pushesOfAnAddressAndOfAnAccountAreCountedWhileTheyRun() {
        for (int i = 1; i <= 3; i++) {
            shares.push(address("192.0.2." + i), EVE);
        }
        assertThrows(Problem.class, () -> shares.push(address("192.0.2.4"), EVE));
        shares.push(address("192.0.2.1"), BOB);
        try (RateLimiter.RunningShare _ = shares.push(address("192.0.2.1"), BOB)) {
            assertThrows(Problem.class, () -> shares.push(address("192.0.2.1"), BOB));
        }
        shares.push(address("192.0.2.1"), BOB).close();
        // What was refused was not counted.
        shares.push(address("192.0.2.4"), BOB);
    }

    @Test
    void addressesWithoutEndAreForgottenAndTheLatestAreNot() {
        TokenBuckets<Integer> buckets = new TokenBuckets<>(1, 1, clock::get);
        for (int i = 0; i < 2 * TokenBuckets.KEYS; i++) {
            assertEquals(0, buckets.take(i));
            assertTrue(buckets.take(i) > 0);
        }
        assertEquals(TokenBuckets.KEYS, buckets.size());
    }
}
