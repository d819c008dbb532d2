package dev.musehub.bench;

import dev.musehub.smoke.OwnHub;
import dev.musehub.smoke.Smoke;
import dev.musehub.smoke.Table;
import dev.musehub.smoke.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code make growth}: twice the commits, then twice the objects, again and again, to one hub with 256 MB of heap; what
 * takes more than 2.2 times the time of half as many is not linear any more.
 */
final class GrowthTable {

    private static final double TARGET = 2.2;
    private static final int LEAST_COMMITS = 1250;
    private static final int LEAST_OBJECTS = 12_500;

    private GrowthTable() {
    }

    /** Arguments: how often to double; 3 leads to 10,000 commits and to 100,000 objects. */
    public static void main(String[] arguments) throws Exception {
        int doublings = Integer.parseInt(arguments[0]);
        Bench.run("musehub-growth", children -> {
            try (OwnHub hub = new OwnHub(children, children.directory().resolve("hub"), "256m")) {
                Smoke smoke = new Smoke(children, hub.url() + "/" + hub.owner(),
                        Map.of("MUSE_TOKEN", hub.token(), "HOME",
                        children.directory().toString()));
                smoke.run(Workload.of("warm", 100, 20, 2 << 10).seeded(7), "warm");
                List<Workload> commits = new ArrayList<>();
                List<Workload> objects = new ArrayList<>();
                for (int i = 0; i <= doublings; i++) {
                    // Other content each time: what the hub has already, it does not store again.
                    commits.add(Workload.of("commits", LEAST_COMMITS << i, 2, 512).seeded(100 + i));
                    objects.add(Workload.of("objects", 100, (LEAST_OBJECTS << i) / 100, 512).seeded(200 + i));
                }
                Table table = new Table("growth", "commits", "objects", "push s", "of half", "clone s", "of half",
                        "target", "met");
                rows(table, smoke, commits);
                rows(table, smoke, objects);
                System.out.println();
                System.out.print(table.markdown());
            }
        });
    }

    private static void rows(Table table, Smoke smoke, List<Workload> shapes) throws Exception {
        Smoke.SmokeReport before = null;
        for (Workload shape : shapes) {
            System.err.println("growth: " + shape.commits() + " commits, " + shape.objects() + " objects");
            Smoke.SmokeReport now = smoke.run(shape, shape.name() + "-" + shape.seed());
            double push = before == null ? 0 : now.push() / before.push();
            double clone = before == null ? 0 : now.cloned() / before.cloned();
            table.row("2x " + shape.name(), shape.commits(), shape.objects(), now.push(), before == null ? "" : push,
                    now.cloned(), before == null ? "" : clone, "<= " + TARGET,
                    before == null ? "" : push <= TARGET && clone <= TARGET ? "yes" : "no");
            before = now;
        }
    }
}
