package dev.musehub.http;

import java.time.Duration;

/**
 * How a hub is run, beside what it does.
 *
 * @param log what lines of the log look like
 * @param inside who may look inside
 * @param notice how long a hub that stops tells that it is not ready any more, before it refuses requests: time for a
 *     load balancer to turn to another
 */
public record Operation(HubLog.Form log, OperationCalls.Open inside, Duration notice) {

    public static final Operation DEFAULT = new Operation(HubLog.Form.TEXT, OperationCalls.Open.LOCAL, Duration.ZERO);
}
