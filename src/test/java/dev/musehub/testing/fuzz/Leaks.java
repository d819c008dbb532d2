package dev.musehub.testing.fuzz;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.musehub.core.rows.Pool;
import dev.musehub.testing.Await;
import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/** What a hub holds beside its heap: threads, virtual ones included, and open files. */
public record Leaks(long threads, long files) {

    /** A line of a histogram of classes: rank, instances, bytes, name. */
    private static final Pattern VIRTUAL =
            Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +java\\.lang\\.VirtualThread(?: |$)");

    /** A few come and go: the pool's own threads, connections that it opens, idle ones that a client kept. */
    private static final int SLACK = 8;

    /**
     * The counts of this moment. Virtual threads are counted on the heap, after a collection: dumpThreads would name
     * each, but takes the JVM down now and then where threads park meanwhile (JDK-8364343).
     */
    public static Leaks now() {
        return new Leaks(ManagementFactory.getThreadMXBean().getThreadCount() + virtualThreads(),
                ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class).getOpenFileDescriptorCount());
    }

    private static long virtualThreads() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
                    new Object[] {new String[0]}, new String[] {String[].class.getName()});
            Matcher line = VIRTUAL.matcher(histogram);
            return line.find() ? Long.parseLong(line.group(1)) : 0;
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until there are not notably more than here, and no connection of {@code pool} is in use. */
    public void requireNoneSince(Pool pool) {
        requireNoneSince(pool, 0);
    }

    /** The same where a test itself holds {@code own} threads or files. */
    public void requireNoneSince(Pool pool, int own) {
        Await.until("the count of " + this, () -> new LeakCount(now(), pool.active(), pool.use().idle()), count -> !leaks(count, own));
    }

    /** {@code idle} connections of the pool are files too; it keeps them for minutes, and that is no leak. */
    private record LeakCount(Leaks now, int connections, int idle) { }

    private boolean leaks(LeakCount count, int own) {
        return count.connections > 0 || count.now.threads > threads + SLACK + own
                || count.now.files > files + SLACK + own + count.idle;
    }
}
