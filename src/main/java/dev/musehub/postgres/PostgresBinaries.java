package dev.musehub.postgres;

import dev.musehub.files.FileTrees;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The PostgreSQL that comes with the hub: one {@code .txz} per platform, each in a jar on the class path. */
final class PostgresBinaries {
    private static final Pattern JAR_VERSION = Pattern.compile("-([0-9.]+)\\.jar!");
    private static final int OWNER_EXECUTES = 0100;

    private PostgresBinaries() {
    }

    /**
     * The programs in {@code parent/bin-VERSION}; unpacks them there if necessary.
     *
     * @throws IOException when there are none for this platform, or they cannot be written
     */
    static synchronized PostgresPrograms unpackedIn(Path parent) throws IOException {
        String resource = "/" + archiveFor(System.getProperty("os.name"), System.getProperty("os.arch"));
        URL archive = PostgresBinaries.class.getResource(resource);
        if (archive == null) {
            throw new IOException("the hub's lib directory lacks the jar with " + resource.substring(1)
                    + "; build it again, or give --database-url to use a PostgreSQL of your own");
        }
        String name = "bin-" + versionIn(archive);
        Files.createDirectories(parent);
        Path home = parent.toRealPath().resolve(name);
        if (Files.notExists(home)) {
            UnfinishedDirectories.delete(home.getParent(), name);
            Path unfinished = UnfinishedDirectories.name(home.getParent(), name);
            try (InputStream packed = archive.openStream()) {
                unpack(packed, unfinished);
            }
            publish(unfinished, home);
        }
        return new PostgresPrograms(home);
    }

    static String archiveFor(String osName, String osArch) throws IOException {
        String system = switch (osName.toLowerCase(Locale.ROOT)) {
            case "linux" -> "linux";
            case "mac os x" -> "darwin";
            default -> "";
        };
        String processor = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> "";
        };
        if (system.isEmpty() || processor.isEmpty()) {
            throw new IOException("the hub has no PostgreSQL for " + osName + " on " + osArch
                    + " (only for Linux and macOS, amd64 and arm64); give --database-url to use one of your own");
        }
        return "postgres-" + system + "-" + processor + ".txz";
    }

    /**
     * Unpacks an xz-compressed tar of directories, files and symbolic links into {@code target}, synced to disk.
     *
     * @throws IOException also for an entry, or the target of a link, outside {@code target}
     */
    static void unpack(InputStream packed, Path target) throws IOException {
        Files.createDirectories(target);
        try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed, 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = inside(target, target.resolve(entry.getName()), entry);
                Files.createDirectories(path.getParent());
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (entry.isSymbolicLink()) {
                    inside(target, path.resolveSibling(entry.getLinkName()), entry);
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (entry.isFile() && !entry.isLink()) {
                    write(tar, path, (entry.getMode() & OWNER_EXECUTES) != 0);
                } else {
                    throw new IOException("PostgreSQL's archive has an entry of unknown type: " + entry.getName());
                }
            }
        }
    }

    private static Path inside(Path target, Path path, TarArchiveEntry entry) throws IOException {
        Path normal = path.normalize();
        if (!normal.startsWith(target)) {
            throw new IOException("PostgreSQL's archive has an entry that escapes: " + entry.getName());
        }
        return normal;
    }

    /** Syncs each file (0.3 s for all 1036): after a power failure the renamed directory must not lack their bytes. */
    private static void write(InputStream content, Path file, boolean executable) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.transferTo(Channels.newOutputStream(channel));
            channel.force(true);
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static void publish(Path unfinished, Path home) throws IOException {
        try {
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (Files.notExists(home)) {
                throw e;
            }
            FileTrees.delete(unfinished); // another process was faster; what it unpacked is the same
        }
    }

    private static String versionIn(URL archive) throws IOException {
        Matcher version = JAR_VERSION.matcher(archive.toString());
        if (!version.find()) {
            throw new IOException("cannot tell PostgreSQL's version from " + archive
                    + "; keep the jars in lib under their own names, or give --database-url");
        }
        return version.group(1);
    }
}
