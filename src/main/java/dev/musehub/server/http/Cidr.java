package dev.musehub.server.http;

import dev.musehub.core.model.Problem;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/** A range of addresses, such as {@code 10.0.0.0/8} or {@code fd00::/8}, or a single address. */
public record Cidr(InetAddress address, int bits) {

    /**
     * The ranges in a comma-separated list.
     *
     * @throws Problem {@code bad-request}
     */
    public static List<Cidr> list(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(item -> !item.isEmpty()).map(Cidr::of).toList();
    }

    private static Cidr of(String text) {
        try {
            int slash = text.indexOf('/');
            // Only literals: a name would need a lookup, and its address could change.
            InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int all = address.getAddress().length * 8;
            int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
            if (bits >= 0 && bits <= all) {
                return new Cidr(address, bits);
            }
        } catch (IllegalArgumentException e) {
            // Reported below, like a wrong number of bits.
        }
        throw new Problem(Problem.Code.BAD_REQUEST, "'" + text + "' is not a range of addresses such as 10.0.0.0/8");
    }

    boolean contains(InetAddress other) {
        byte[] ours = address.getAddress();
        byte[] theirs = other.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            if (((ours[bit / 8] ^ theirs[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
                return false;
            }
        }
        return true;
    }
}
