package dev.musehub.bench;

import dev.musehub.core.model.Problem;
import dev.musehub.smoke.ChildProcesses;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** What the comparing programs have in common: a directory under {@code target}, and no trace of them afterwards. */
final class Bench {

    /** Does the measuring. */
    interface Work {
        void in(ChildProcesses children) throws Exception;
    }

    private Bench() {
    }

    /** Runs {@code work}; also where it is interrupted, its processes are ended and its files deleted. */
    static void run(String name, Work work) throws Exception {
        Thread thread = Thread.currentThread();
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (done.getCount() > 0) {
                thread.interrupt();
                try {
                    done.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }));
        int code = 0;
        try (ChildProcesses children = ChildProcesses.in(Path.of("target").toAbsolutePath(), name)) {
            work.in(children);
        } catch (Problem e) {
            System.err.println(name + ": " + e.getMessage());
            code = 1;
        } finally {
            done.countDown();
        }
        System.exit(code);
    }
}
