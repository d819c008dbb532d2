package dev.musehub.postgres;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * One database cluster on disk: {@code root/data} (made by initdb), {@code root/password} (mode 0600, one line of 64
 * hexadecimal digits) and {@code root/postgres.log} (of this run; the last run's is {@code postgres.log.old}).
 */
record PostgresCluster(Path root, String password) {
    static final String USER = "musehub";
    private static final int LOG_TAIL_BYTES = 4096;

    /**
     * First what we promise (durability, loopback only), then limits for a small machine, then what keeps the log
     * small: the hub gets failed statements by its connections, so the log has only starts, stops, crashes and
     * refusals.
     */
    private static final String CONFIGURATION = """
            # Written by musehub at each start; for lasting changes of your own use ALTER SYSTEM.
            listen_addresses = '127.0.0.1'
            port = %d
            unix_socket_directories = ''
            fsync = on
            full_page_writes = on
            synchronous_commit = on
            password_encryption = 'scram-sha-256'

            max_connections = 100
            shared_buffers = 64MB
            max_wal_size = 1GB
            jit = off

            timezone = 'UTC'
            datestyle = 'iso, mdy'
            lc_messages = 'C'
            lc_monetary = 'C'
            lc_numeric = 'C'
            lc_time = 'C'

            log_timezone = 'UTC'
            log_min_messages = log
            log_checkpoints = off
            log_autovacuum_min_duration = -1
            """;

    /** Opens the cluster in {@code dir}, or creates an empty one; the directories get mode 0700. */
    static PostgresCluster openOrCreate(Path dir, PostgresPrograms programs) throws IOException {
        Files.createDirectories(dir);
        Path root = dir.toRealPath();
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        Path data = root.resolve("data");
        Path passwordFile = root.resolve("password");
        if (Files.notExists(data)) {
            create(root, data, passwordFile, programs);
        }
        if (Files.notExists(passwordFile)) {
            throw new IOException("the database in " + data + " exists, but its password is gone: restore the file "
                    + passwordFile + " from a backup, or choose another --data");
        }
        return new PostgresCluster(root, Files.readString(passwordFile).strip());
    }

    /** The cluster that is in {@code dir}. */
    static PostgresCluster existing(Path dir) throws IOException {
        Path root = dir.toRealPath();
        return new PostgresCluster(root, Files.readString(root.resolve("password")).strip());
    }

    Path data() {
        return root.resolve("data");
    }

    Path log() {
        return root.resolve("postgres.log");
    }

    /** Prepares a start: writes the settings for {@code port}, and renames the log of the last run. */
    void configure(int port) throws IOException {
        writeDurably(data().resolve("postgresql.conf"), CONFIGURATION.formatted(port));
        if (Files.exists(log())) {
            Files.move(log(), root.resolve("postgres.log.old"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The log's last lines, for the end of an exception message; says so if there are none. */
    String endOfLog() {
        try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "r")) {
            byte[] tail = new byte[(int) Math.min(file.length(), LOG_TAIL_BYTES)];
            file.seek(file.length() - tail.length);
            file.readFully(tail);
            return "\nThe log " + log() + " ends:\n" + new String(tail, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "\nThere is no log (" + e.getMessage() + ")";
        }
    }

    /**
     * If the process is killed here, there is either no {@code data}, and the next start begins anew, or a complete one
     * whose password is already on disk.
     */
    private static void create(Path root, Path data, Path passwordFile, PostgresPrograms programs) throws IOException {
        UnfinishedDirectories.delete(root, "data");
        writeDurably(passwordFile, newPassword() + "\n");
        Path unfinished = UnfinishedDirectories.name(root, "data");
        PostgresPrograms.ProgramResult outcome = programs.run("initdb", "-D", unfinished.toString(),
                "--username=" + USER, "--auth=scram-sha-256", "--pwfile=" + passwordFile, "--no-locale",
                "--encoding=UTF8", "--data-checksums");
        if (!outcome.succeeded()) {
            throw new IOException("cannot create a database in " + root + ": " + outcome.output());
        }
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(root);
    }

    private static String newPassword() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    /** Replaces {@code file} (mode 0600); after a power failure it is either the old one or the new one. */
    private static void writeDurably(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(fresh, options, mode)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(file.getParent());
    }

    private static void syncDirectory(Path dir) throws IOException {
        try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
