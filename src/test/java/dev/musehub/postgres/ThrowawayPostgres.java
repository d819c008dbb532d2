package dev.musehub.postgres;

import dev.musehub.files.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The PostgreSQL of one test JVM, whose data nobody needs afterwards. It is stopped at once when the JVM ends, and its
 * files stay: to write a hundred databases to the disk and to delete them took longer than Maven waits for a JVM to
 * end. The next run deletes them.
 */
public final class ThrowawayPostgres {

    private ThrowawayPostgres() {
    }

    /** Starts a new cluster below {@code clusters}, after deleting the clusters of JVMs that have ended. */
    public static EmbeddedPostgres start(Path clusters, Path binaries) throws IOException {
        Files.createDirectories(clusters);
        PostgresPrograms programs = PostgresBinaries.unpackedIn(binaries);
        for (Path old : oldOnes(clusters)) {
            stop(programs, old);
            delete(old);
        }
        Path dir = Files.createTempDirectory(clusters, ProcessHandle.current().pid() + "-");
        EmbeddedPostgres postgres = EmbeddedPostgres.start(dir, binaries);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            postgres.forget();
            stop(programs, dir);
        }));
        return postgres;
    }

    /** Spares a hub that starts a PostgreSQL of its own in {@code root} the unpacking, which takes seconds. */
    public static void lend(Path binaries, Path root) throws IOException {
        Path home = PostgresBinaries.unpackedIn(binaries).home();
        Path link = Files.createDirectories(root).resolve(home.getFileName());
        if (Files.notExists(link)) {
            Files.createSymbolicLink(link, home);
        }
    }

    /** A directory begins with the pid of its JVM; one with our own pid is that of an earlier JVM. */
    private static List<Path> oldOnes(Path clusters) throws IOException {
        List<Path> old = new ArrayList<>();
        try (var all = Files.newDirectoryStream(clusters)) {
            for (Path dir : all) {
                String pid = dir.getFileName().toString().replaceFirst("-.*", "");
                boolean used = pid.matches("[0-9]{1,18}") && Long.parseLong(pid) != ProcessHandle.current().pid()
                        && ProcessHandle.of(Long.parseLong(pid)).isPresent();
                if (!used) {
                    old.add(dir);
                }
            }
        }
        return old;
    }

    private static void stop(PostgresPrograms programs, Path dir) {
        try {
            Path data = dir.toRealPath().resolve("data");
            if (Postmaster.survivorOf(data)) {
                programs.run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", data.toString());
            }
        } catch (NoSuchFileException e) {
            // Two JVMs that start together delete the same directories, and the other one was faster.
        } catch (IOException e) {
            System.err.println("the PostgreSQL of the tests in " + dir + " was not stopped: " + e.getMessage());
        }
    }

    private static void delete(Path dir) {
        try {
            FileTrees.delete(dir);
        } catch (IOException e) {
            // The other JVM deletes it too, or the next run deletes the rest.
        }
    }
}
