package dev.musehub.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.musehub.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("T5")
class EmbeddedPostgresT5Test {
    private static final Path BINARIES = Path.of("target", "postgres-binaries");

    /** One cluster for all, since initdb takes longer than all the rest; whoever breaks a cluster brings another. */
    @TempDir
    static Path dir;

    private final List<EmbeddedPostgres> started = new ArrayList<>();
    private final List<Process> bystanders = new ArrayList<>();

    @AfterEach
    void stopEverything() {
        started.forEach(EmbeddedPostgres::close);
        bystanders.forEach(Process::destroyForcibly);
    }

    @Test
    void dataSurviveARestart() throws Exception {
        EmbeddedPostgres postgres = start();
        run(postgres, "create table words (word text)");
        run(postgres, "insert into words values ('still here')");
        postgres.close();
        assertEquals("still here", ask(start(), "select word from words"));
    }

    @Test
    void aFullDiskIsCalledSo() throws Exception {
        Path small = Files.createTempDirectory("full");
        assumeTrue(mounted("mount", "-t", "tmpfs", "-o", "size=150m", "tmpfs", small.toString()), "needs the right to mount");
        try {
            Path cluster = small.resolve("pg");
            EmbeddedPostgres.start(cluster, BINARIES).close();
            mounted("sh", "-c", "head -c 200m /dev/zero > " + small.resolve("fill"));
            IOException full = assertThrows(IOException.class, () -> EmbeddedPostgres.start(cluster, BINARIES));
            assertTrue(full.getMessage().startsWith("the disk of " + cluster.toRealPath() + " is full"), full.getMessage());
            Files.delete(small.resolve("fill"));
            EmbeddedPostgres.start(cluster, BINARIES).close();
        } finally {
            mounted("umount", small.toString());
            Files.delete(small);
        }
    }

    private static boolean mounted(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    @Test
    void whatWasPromisedIsSwitchedOn() throws Exception {
        EmbeddedPostgres postgres = start();
        assertEquals("on", ask(postgres, "show fsync"));
        assertEquals("on", ask(postgres, "show full_page_writes"));
        assertEquals("on", ask(postgres, "show synchronous_commit"));
        assertEquals("on", ask(postgres, "show data_checksums"));
        assertEquals("127.0.0.1", ask(postgres, "show listen_addresses"));
        assertEquals("", ask(postgres, "show unix_socket_directories"));
        assertEquals("UTF8", ask(postgres, "show server_encoding"));
        assertEquals("100", ask(postgres, "show max_connections"));
    }

    @Test
    void nobodyEntersWithoutThePassword() throws Exception {
        EmbeddedPostgres postgres = start();
        for (String wrong : new String[] {"", "wrong"}) {
            assertThrows(SQLException.class,
                    () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), wrong));
        }
        assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("password"))));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)));
    }

    @Test
    void theOrphanOfAKilledHubIsReplaced() throws Exception {
        EmbeddedPostgres orphan = start();
        run(orphan, "create table answers as select 42 as answer");
        ProcessHandle process = postmaster(dir);
        orphan.forget();

        EmbeddedPostgres successor = start();
        awaitEnd(process);
        assertNotEquals(process.pid(), postmaster(dir).pid());
        assertEquals("42", ask(successor, "select answer from answers"));
    }

    @Test
    void aPostmasterKilledAtWorkRecoversWhatWasCommitted() throws Exception {
        EmbeddedPostgres postgres = start();
        try (Connection c = connect(postgres); Statement statement = c.createStatement()) {
            statement.execute("create table questions as select 6 * 7 as answer");
            postgres.forget();
            postmaster(dir).destroyForcibly();
        }
        assertEquals("42", ask(start(), "select answer from questions"));
    }

    @Test
    void aPostmasterThatIsKilledIsStartedAgainOnTheSamePort() throws Exception {
        EmbeddedPostgres postgres = start();
        ProcessHandle killed = postmaster(dir);
        killed.destroyForcibly();
        awaitEnd(killed);
        assertEquals("1", askWhenItIsBack(postgres));
        assertNotEquals(killed.pid(), postmaster(dir).pid());
    }

    private static String askWhenItIsBack(EmbeddedPostgres postgres) {
        return Await.until("PostgreSQL", () -> {
            try {
                return ask(postgres, "select 1");
            } catch (SQLException e) {
                return e.getMessage();
            }
        }, "1"::equals);
    }

    @Test
    void aStalePidFileHarmsNobodyAndStopsNobody() throws Exception {
        start().close();
        Process sleep = bystander("sleep", "3600");
        for (long foreign : new long[] {sleep.pid(), ProcessHandle.current().pid()}) {
            writePidFile(foreign);
            start().close();
        }
        assertTrue(sleep.isAlive());
    }

    @Test
    void aPidFileCutShortIsHarmless() throws Exception {
        start().close();
        for (String content : new String[] {"", "garbage\n", "2147483646\n"}) {
            Files.writeString(dir.resolve("data", "postmaster.pid"), content);
            start().close();
        }
    }

    @Test
    void aStalePidFileNamingAnotherHubsPostgresLeavesThatAlone(@TempDir Path other) throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/cwd")), "only /proc tells one PostgreSQL from another");
        EmbeddedPostgres foreign = start(other);
        start().close();
        writePidFile(postmaster(other).pid());
        assertEquals("1", ask(start(), "select 1"));
        assertEquals("1", ask(foreign, "select 1"));
    }

    @Test
    void anUnfinishedClusterIsReplaced(@TempDir Path other) throws Exception {
        Path unfinished = Files.createDirectories(other.resolve("data.unfinished-" + deadPid()));
        Files.writeString(unfinished.resolve("PG_VERSION"), "18\n");
        Files.writeString(other.resolve("password"), "of the attempt that failed\n");
        Files.writeString(other.resolve("password.new"), "");

        assertEquals("1", ask(start(other), "select 1"));
        assertFalse(Files.exists(unfinished));
    }

    @Test
    void aClusterWithoutTheHubsDatabaseGetsIt() throws Exception {
        EmbeddedPostgres postgres = start();
        String maintenance = postgres.jdbcUrl().replaceFirst("[^/]*$", "postgres");
        try (Connection c = DriverManager.getConnection(maintenance, postgres.user(), postgres.password());
                Statement statement = c.createStatement()) {
            statement.execute("drop database musehub");
        }
        postgres.close();
        assertEquals("musehub", ask(start(), "select current_database()"));
    }

    @Test
    void aPortTakenMeanwhileIsPassedOver() throws Exception {
        try (ServerSocket rival = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            AtomicInteger asked = new AtomicInteger();
            EmbeddedPostgres postgres = EmbeddedPostgres.start(dir, BINARIES, () -> asked.getAndIncrement() == 0
                    ? rival.getLocalPort() : EmbeddedPostgres.freePort());
            started.add(postgres);
            assertNotEquals(rival.getLocalPort(), postgres.port());
        }
    }

    @Test
    void aFailedStartShowsTheEndOfTheLog(@TempDir Path broken) throws Exception {
        Files.writeString(broken.resolve("password"), "any\n");
        Files.writeString(Files.createDirectory(broken.resolve("data")).resolve("PG_VERSION"), "18\n");
        IOException failure = assertThrows(IOException.class, () -> start(broken));
        assertTrue(failure.getMessage().contains("FATAL:  data directory"), failure.getMessage());
    }

    @Test
    void aLostPasswordIsNamed(@TempDir Path broken) throws Exception {
        Files.createDirectory(broken.resolve("data"));
        IOException failure = assertThrows(IOException.class, () -> start(broken));
        assertTrue(failure.getMessage().contains("restore the file " + broken.toRealPath().resolve("password")),
                failure.getMessage());
    }

    private EmbeddedPostgres start() throws IOException {
        return start(dir);
    }

    private EmbeddedPostgres start(Path where) throws IOException {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(where, BINARIES);
        started.add(postgres);
        return postgres;
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    private static void run(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection c = connect(postgres); Statement statement = c.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection c = connect(postgres); Statement statement = c.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        }
    }

    private static ProcessHandle postmaster(Path where) throws IOException {
        String pid = Files.readAllLines(where.resolve("data", "postmaster.pid")).getFirst();
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    /** Writes what a PostgreSQL of this pid would have left: its pid, its data directory and the rest. */
    private static void writePidFile(long pid) throws IOException {
        Path data = dir.resolve("data");
        Files.writeString(data.resolve("postmaster.pid"), String.join("\n",
                Long.toString(pid), data.toString(), "1700000000", "5432", "", "127.0.0.1", "", "ready   ", ""));
    }

    /** Not isAlive() at once: who inherits orphans takes a moment to notice their death. */
    private static void awaitEnd(ProcessHandle process) throws Exception {
        process.onExit().get();
    }

    private Process bystander(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        bystanders.add(process);
        return process;
    }

    private long deadPid() throws Exception {
        Process process = bystander("true");
        process.waitFor();
        return process.pid();
    }
}
