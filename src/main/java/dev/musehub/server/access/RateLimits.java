package dev.musehub.server.access;

import dev.musehub.settings.Setting;
import dev.musehub.settings.Settings;

/**
 * What one address or account may use of the hub, so that nobody uses all of it. 0 means no limit.
 *
 * @param requests per second and address; ten times as many may come at once
 * @param pushes at a time, per address and per account
 * @param signIns wrong tokens from one address before it has to wait
 * @param loopback whether this machine is limited too; often it is a proxy, whose requests are those of everybody
 */
public record RateLimits(int requests, int pushes, int signIns, boolean loopback) {

    /** The defaults are generous: a person, an office or a build farm behind one address does not notice them. */
    public static RateLimits of(Settings settings) {
        return new RateLimits(settings.number(Setting.RATE_REQUESTS), settings.number(Setting.RATE_PUSHES),
                settings.number(Setting.RATE_SIGN_INS), settings.isTrue(Setting.RATE_LOOPBACK));
    }
}
