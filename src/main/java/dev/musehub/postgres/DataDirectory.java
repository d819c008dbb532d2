package dev.musehub.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The hub's directory (DATA). One hub at a time holds it, by a lock on {@code DATA/lock}, which contains the holder's
 * pid. The operating system drops the lock when the process ends in any way, so there is no stale lock.
 */
public final class DataDirectory implements AutoCloseable {

    static final Path LOCK = Path.of("lock");

    /**
     * The directories that this JVM holds. Needed beside the lock: a POSIX lock belongs to the process, and closing any
     * channel on the file drops it. So a second attempt in the same JVM must not even open the file.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    private DataDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Opens {@code dir}, and creates it (mode 0700) if it does not exist. The mode of an existing directory stays.
     *
     * @throws IOException when another hub uses it, or it cannot be written
     */
    public static DataDirectory open(Path dir) throws IOException {
        if (Files.notExists(dir)) {
            Path absolute = dir.toAbsolutePath();
            if (absolute.getParent() != null) {
                Files.createDirectories(absolute.getParent());
            }
            Files.createDirectories(absolute,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path path = dir.toRealPath();
        if (!HELD.add(path)) {
            throw inUse(path, Long.toString(ProcessHandle.current().pid()));
        }
        try {
            return new DataDirectory(path, lock(path));
        } catch (IOException | RuntimeException e) {
            HELD.remove(path);
            throw e;
        }
    }

    /** Like {@link #open}; empty where a hub uses it. */
    public static Optional<DataDirectory> tryOpen(Path dir) throws IOException {
        try {
            return Optional.of(open(dir));
        } catch (InUse e) {
            return Optional.empty();
        }
    }

    /** Another hub uses the directory. */
    private static final class InUse extends IOException {
        InUse(String message) {
            super(message);
        }
    }

    /** The directory, absolute and without symbolic links. */
    public Path path() {
        return path;
    }

    /** Releases the directory. Idempotent. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            HELD.remove(path);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path.resolve(LOCK),
                StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(path, pidIn(channel));
            }
            channel.truncate(0);
            String pid = ProcessHandle.current().pid() + "\n";
            channel.write(StandardCharsets.US_ASCII.encode(pid), 0);
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw inUse(path, Long.toString(ProcessHandle.current().pid()));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String pidIn(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(32);
        channel.read(content, 0);
        String pid = StandardCharsets.US_ASCII.decode(content.flip()).toString().strip();
        return pid.isEmpty() ? "unknown" : pid;
    }

    private static IOException inUse(Path path, String pid) {
        return new InUse("another hub (pid " + pid + ") uses " + path + "; stop it or choose another --data");
    }
}
