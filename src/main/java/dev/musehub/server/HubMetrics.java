package dev.musehub.server;

import dev.musehub.cli.Version;
import dev.musehub.core.io.MemoryBudget;
import dev.musehub.core.rows.HoldTimes;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.metrics.Counter;
import dev.musehub.metrics.Histogram;
import dev.musehub.metrics.Metrics;
import dev.musehub.metrics.Metrics.Family;
import dev.musehub.metrics.Metrics.Gauges;
import dev.musehub.repositories.PushRows;
import dev.musehub.server.http.Exchange;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/** What a hub counts. Labels are routes, phases and operations, never repositories or users. */
final class HubMetrics {

    private final Metrics metrics = new Metrics();
    private final Family<Counter> requests = metrics.counters("musehub_requests_total",
            "Requests that have ended, by route and status.", "route", "status");
    private final Family<Histogram> requestTimes = metrics.histograms("musehub_request_seconds",
            "From the head of a request to the end of its answer.", "route");
    private final Counter bytesIn = metrics.counters("musehub_received_bytes_total", "Bytes of bodies received.").of();
    private final Counter bytesOut = metrics.counters("musehub_sent_bytes_total", "Bytes of answers sent.").of();
    private final Family<Counter> pushes = metrics.counters("musehub_pushes_total",
            "Push streams that have ended, by outcome: done, broken-off or the code of the problem.", "outcome");
    private final Family<Histogram> phases = metrics.histograms("musehub_push_phase_seconds",
            "Phases of push streams.", "phase");
    private final Histogram longestHolds = metrics.histograms("musehub_push_longest_hold_seconds",
            "The longest time that a push held a database connection.").of();
    private final Counter objects = metrics.counters("musehub_pushed_objects_total", "Objects stored by pushes.").of();
    private final Counter commits = metrics.counters("musehub_pushed_commits_total", "Commits stored by pushes.").of();
    private final Family<Histogram> jobs = metrics.histograms("musehub_job_seconds",
            "Background jobs, by kind and outcome.", "kind", "outcome");
    private final Family<Histogram> store = metrics.histograms("musehub_store_seconds",
            "Operations of the object store.", "operation");
    private final LongAdder running = new LongAdder();
    private final long started = java.time.Instant.now().toEpochMilli();

    /** Times of the store's operations. */
    Family<Histogram> store() {
        return store;
    }

    /** Adds numbers that are read when somebody asks. */
    void watch(Pool pool, ObjectStore objectStore, MemoryBudget budget) {
        metrics.gauges(out -> {
            out.family("musehub_info", "Which musehub this is.", "gauge");
            out.sample("musehub_info", List.of("version"), List.of(Version.TEXT), 1);
            out.gauge("musehub_start_time_seconds", "When this hub started.", started / 1e3);
            out.gauge("musehub_requests_running", "Requests that are being answered.", running.sum());
            out.gauge("musehub_memory_budget_bytes", "Memory for requests on their way in.", budget.totalBytes());
            out.gauge("musehub_memory_held_bytes", "How much of it is in use.", budget.heldBytes());
            objectStore.direct().ifPresent(direct -> out.counter("musehub_store_read_back_total",
                    "Objects read back because the store gave no checksum for them.", direct.readBack()));
        });
        metrics.gauges(out -> pool(out, pool));
        metrics.gauges(HubMetrics::jvm);
    }

    void begun() {
        running.increment();
    }

    void ended(Exchange call, String route, int status, long nanos) {
        running.decrement();
        requests.of(route, status > 0 ? Integer.toString(status) : "none").increment();
        requestTimes.of(route).record(nanos);
        bytesIn.add(call.bytesIn());
        bytesOut.add(call.bytesOut());
    }

    void pushed(PushRows.PushRecord push, Optional<Double> longestHoldMillis) {
        longestHoldMillis.ifPresent(millis -> longestHolds.record((long) (millis * 1e6)));
        pushes.of(push.outcome()).increment();
        push.phases().forEach((phase, millis) -> phases.of(phase).record((long) (millis * 1e6)));
        objects.add(push.stored());
        commits.add(push.commits());
    }

    void ranJob(String kind, String outcome, long nanos) {
        jobs.of(kind, outcome).record(nanos);
    }

    private static void pool(Gauges out, Pool pool) {
        Pool.PoolUse use = pool.use();
        out.gauge("musehub_db_connections_max", "Connections that the pool may open.", use.size());
        out.gauge("musehub_db_connections_active", "Connections in use.", use.active());
        out.gauge("musehub_db_connections_idle", "Connections that wait to be used.", use.idle());
        out.gauge("musehub_db_waiting", "Requests that wait for a connection.", use.waiting());
        out.counter("musehub_db_acquired_total", "Connections given out.", use.acquired());
        out.counter("musehub_db_wait_seconds_total", "Time waited for them.", use.waitedNanos() / 1e9);
        out.counter("musehub_db_wait_timeouts_total", "Requests that got no connection in time.", use.inVain());
        Map<String, HoldTimes.HoldStatistics> holds = pool.holds().byUse();
        holds(out, holds, "musehub_db_holds_total", "Times a connection was held, by use.", "counter",
                HoldTimes.HoldStatistics::count);
        holds(out, holds, "musehub_db_hold_seconds_total", "The sum of these times.", "counter",
                held -> held.totalNanos() / 1e9);
        holds(out, holds, "musehub_db_hold_max_seconds", "The longest of these times since the start.", "gauge",
                held -> held.maxNanos() / 1e9);
    }

    private static void holds(Gauges out, Map<String, HoldTimes.HoldStatistics> holds, String name, String help,
            String type, ToDoubleFunction<HoldTimes.HoldStatistics> value) {
        out.family(name, help, type);
        holds.forEach((use, held) -> out.sample(name, List.of("use"), List.of(use), value.applyAsDouble(held)));
    }

    private static void jvm(Gauges out) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        out.gauge("jvm_heap_used_bytes", "Heap in use.", heap.getUsed());
        out.gauge("jvm_heap_committed_bytes", "Heap taken from the system.", heap.getCommitted());
        out.gauge("jvm_heap_max_bytes", "The limit of the heap.", heap.getMax());
        out.gauge("jvm_threads", "Platform threads.", ManagementFactory.getThreadMXBean().getThreadCount());
        List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        out.family("jvm_gc_total", "Garbage collections.", "counter");
        collectors.forEach(gc -> out.sample("jvm_gc_total", List.of("gc"), List.of(gc.getName()),
                gc.getCollectionCount()));
        out.family("jvm_gc_seconds_total", "Time of garbage collections.", "counter");
        collectors.forEach(gc -> out.sample("jvm_gc_seconds_total", List.of("gc"), List.of(gc.getName()),
                gc.getCollectionTime() / 1e3));
    }

    /** All metrics as text, with the readiness of the hub's parts. */
    String text(Readiness.ReadinessState state) {
        StringBuilder text = new StringBuilder(metrics.text());
        Gauges out = new Gauges(text);
        out.family("musehub_ready", "Whether a part of the hub answers.", "gauge");
        out.sample("musehub_ready", List.of("part"), List.of("database"), state.database().ok() ? 1 : 0);
        out.sample("musehub_ready", List.of("part"), List.of("store"), state.store().ok() ? 1 : 0);
        state.database().value().ifPresent(counts -> {
            out.family("musehub_jobs", "Background jobs that are not done, by state.", "gauge");
            counts.forEach((name, count) -> out.sample("musehub_jobs", List.of("state"), List.of(name), count));
        });
        return text.toString();
    }
}
