package dev.musehub.server;

import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.metrics.Histogram;
import dev.musehub.metrics.Metrics.Family;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Optional;

/**
 * Times the operations of a store, failed ones too. It is a proxy, because what it adds is the same for each of the
 * twenty methods of a store, its readers and its direct transfers.
 */
final class TimedStore {

    private TimedStore() {
    }

    /** {@code store}, with the time of each operation in {@code times}, whose label is the operation. */
    static ObjectStore of(ObjectStore store, Family<Histogram> times) {
        return timed(ObjectStore.class, store, times);
    }

    private static <T> T timed(Class<T> type, T target, Family<Histogram> times) {
        Class<?>[] types = {type};
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), types, (_, method, arguments) -> {
            long start = System.nanoTime();
            try {
                return switch (method.invoke(target, arguments)) {
                    case ObjectStore.Reader reader -> timed(ObjectStore.Reader.class, reader, times);
                    case ObjectStore.Writer writer -> timed(ObjectStore.Writer.class, writer, times);
                    case Optional<?> found when found.orElse(null) instanceof DirectStore direct ->
                        Optional.of(timed(DirectStore.class, direct, times));
                    case null -> null;
                    case Object result -> result;
                };
            } catch (InvocationTargetException e) {
                throw e.getCause();
            } finally {
                label(method).ifPresent(operation -> times.of(operation).recordSince(start));
            }
        }));
    }

    /**
     * The label of an operation; empty for a method that is not timed. Only methods that declare an IOException touch
     * the disk or the service. The time of {@code open} is that of opening; the client decides how long reading takes.
     */
    private static Optional<String> label(Method method) {
        if (!Arrays.asList(method.getExceptionTypes()).contains(IOException.class)) {
            return Optional.empty();
        }
        return switch (method.getName()) {
            case "close", "sweep", "identity", "identify" -> Optional.empty();
            case "batch" -> Optional.of("read");
            case "putLarge" -> Optional.of("put_large");
            case "arrivedInParts" -> Optional.of("arrived_in_parts");
            default -> Optional.of(method.getName());
        };
    }
}
