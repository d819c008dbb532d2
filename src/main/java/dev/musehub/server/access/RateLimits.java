package dev.musehub.server.access;

import dev.musehub.core.model.Problem;
import java.util.Map;

/**
 * What one address or account may take of the hub, so that nobody takes all of it.
 *
 * @param requests per second and address, ten times as many at once; 0 for any number
 * @param pushes running at a time, per address and per account; 0 for any number
 * @param signIns tokens of an address that are found wrong before it has to wait; 0 for any number
 * @param loopback whether this machine is limited too: often it is a proxy, which speaks for everybody
 */
public record RateLimits(int requests, int pushes, int signIns, boolean loopback) {

    /** Generous: a person, an office or a build farm behind one address does not notice. */
    public static final RateLimits DEFAULT = new RateLimits(100, 32, 30, false);

    /** The defaults, but for what the environment says. */
    public static RateLimits of(Map<String, String> environment) {
        return new RateLimits(number(environment, "MUSEHUB_RATE_REQUESTS", DEFAULT.requests()),
                number(environment, "MUSEHUB_RATE_PUSHES", DEFAULT.pushes()),
                number(environment, "MUSEHUB_RATE_SIGN_INS", DEFAULT.signIns()),
                environment.getOrDefault("MUSEHUB_RATE_LOOPBACK", "false").equals("true"));
    }

    private static int number(Map<String, String> environment, String name, int otherwise) {
        String text = environment.getOrDefault(name, "");
        if (text.isBlank()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,6}")) {
            throw new Problem(Problem.Code.BAD_REQUEST, name + " must be a number, 0 for no limit, not '" + text + "'");
        }
        return Integer.parseInt(text);
    }
}
