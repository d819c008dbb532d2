package dev.musehub.testing.fuzz;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.musehub.db.Pool;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** What a hub holds beside its heap: threads, virtual ones included, and open files. */
public record Leaks(long threads, long files) {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A few come and go: the pool's own threads, connections that it opens, idle ones that a client kept. */
    private static final int SLACK = 8;

    /** The counts of this moment. */
    public static Leaks now() throws IOException {
        Path dump = Files.createTempFile("threads", ".json");
        Files.delete(dump);
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
        long threads = Pattern.compile("\"tid\"").matcher(Files.readString(dump)).results().count();
        Files.delete(dump);
        return new Leaks(threads, ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getOpenFileDescriptorCount());
    }

    /** Waits until there are not notably more than here, and no connection of {@code pool} is in use. */
    public void requireNoneSince(Pool pool) throws IOException {
        requireNoneSince(pool, 0);
    }

    /** The same where a test itself holds {@code own} threads or files. */
    public void requireNoneSince(Pool pool, int own) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Leaks now = now();
        while (System.nanoTime() < end && leaks(now, pool, own)) {
            Thread.yield();
            now = now();
        }
        if (leaks(now, pool, own)) {
            throw new AssertionError("before " + this + ", now " + now + ", connections in use " + pool.active());
        }
    }

    private boolean leaks(Leaks now, Pool pool, int own) {
        return pool.active() > 0 || now.threads > threads + SLACK + own || now.files > files + SLACK + own;
    }
}
