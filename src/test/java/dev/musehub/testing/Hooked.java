package dev.musehub.testing;

import dev.musehub.core.store.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;

/** Does something beside one of the methods of an interface. */
public final class Hooked {

    private Hooked() {
    }

    /** {@code target}, which runs {@code then} each time its method {@code name} has returned. */
    public static <T> T after(Class<T> type, T target, String name, Callable<?> then) {
        return of(type, target, name, () -> null, then);
    }

    /** {@code target}, which runs {@code first} each time before its method {@code name} is called. */
    public static <T> T before(Class<T> type, T target, String name, Callable<?> first) {
        return of(type, target, name, first, () -> null);
    }

    private static <T> T of(Class<T> type, T target, String name, Callable<?> first, Callable<?> then) {
        Class<?>[] types = {type};
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), types, (_, method, arguments) -> {
            boolean hooked = method.getName().equals(name);
            try {
                if (hooked) {
                    first.call();
                }
                Object result = method.invoke(target, arguments);
                if (hooked) {
                    then.call();
                }
                // What a store does it also does by its writers.
                return result instanceof ObjectStore.Writer writer ? of(ObjectStore.Writer.class, writer, name, first,
                        then) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
