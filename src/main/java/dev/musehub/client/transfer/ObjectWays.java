package dev.musehub.client.transfer;

import dev.musehub.client.hub.HubClient;
import dev.musehub.client.hub.PresignClient.Outgoing;
import dev.musehub.core.model.Problem;
import dev.musehub.core.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the objects of one push travel.
 *
 * @param direct the objects that go directly to the store behind the hub
 * @param bodies the other objects, divided into requests to the hub
 */
record ObjectWays(List<Outgoing> direct, List<List<Outgoing>> bodies) {

    /** From this number or size on, objects go directly to the store if there is one (decisions.md). */
    static final int DIRECT_OBJECTS = 500;
    static final long DIRECT_BYTES = 50_000_000;

    /**
     * Divides {@code objects}.
     *
     * @param begun whether an earlier push was killed on the direct way: only the same way finds what that push sent
     * @throws Problem {@code bad-request} if the hub does not allow {@code way}, or a limit's code for a large object
     */
    static ObjectWays of(List<Outgoing> objects, PushRequest.Way way, boolean begun, HubClient.Refs refs) {
        if (way == PushRequest.Way.DIRECT && !refs.direct()) {
            throw new Problem(Problem.Code.BAD_REQUEST, "this hub accepts objects only in streams; push without"
                    + " --direct");
        }
        boolean possible = refs.direct() && way != PushRequest.Way.STREAM;
        boolean all = possible && (way == PushRequest.Way.DIRECT || begun || objects.size() >= DIRECT_OBJECTS
                || bytes(objects) >= DIRECT_BYTES);
        Map<Boolean, List<Outgoing>> divided = objects.stream().collect(Collectors.partitioningBy(
                o -> all || possible && o.size() > refs.limits().objectBytes()));
        return new ObjectWays(divided.get(true), bodies(divided.get(false), refs));
    }

    private static List<List<Outgoing>> bodies(List<Outgoing> objects, HubClient.Refs refs) {
        Limits limits = refs.limits();
        long most = refs.large() ? limits.largeObjectBytes() : limits.objectBytes();
        List<List<Outgoing>> bodies = new ArrayList<>();
        long bytes = 0;
        for (Outgoing object : objects) {
            if (object.size() > most) {
                throw Limits.exceeded("bytes of object " + object.id(), object.size(), most);
            }
            if (bodies.isEmpty() || bytes + object.size() > limits.bodyBytes()
                    || bodies.getLast().size() >= limits.objectsPerStream()) {
                bodies.add(new ArrayList<>());
                bytes = 0;
            }
            bodies.getLast().add(object);
            bytes += object.size();
        }
        return bodies;
    }

    /** The raw bytes of all objects. */
    long bytes() {
        return Stream.concat(Stream.of(direct), bodies.stream()).mapToLong(ObjectWays::bytes).sum();
    }

    static long bytes(List<Outgoing> objects) {
        return objects.stream().mapToLong(Outgoing::size).sum();
    }
}
