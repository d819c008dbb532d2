package dev.musehub.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The process that {@code data/postmaster.pid} names, if it is what the file says.
 *
 * <p>A hub killed with -9 leaves its PostgreSQL running and the file is right; a power failure leaves the file alone,
 * and its pid may by now belong to any program, which must neither be signalled nor (PostgreSQL's own check goes by
 * the number only) keep us from starting.
 */
final class Postmaster {
    private static final Path PROC = Path.of("/proc");

    private Postmaster() {
    }

    /**
     * Whether a PostgreSQL is running on {@code data}. A pid file that certainly names none is deleted; in doubt the
     * file stays, and PostgreSQL will refuse to start and say which process to look at.
     */
    static boolean survivorOf(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        Optional<ProcessHandle> named;
        try {
            named = processNamedIn(Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            return false;
        }
        Verdict verdict = named.map(process -> judge(process, data)).orElse(Verdict.STALE);
        if (verdict == Verdict.STALE) {
            Files.deleteIfExists(file);
        }
        return verdict == Verdict.OURS;
    }

    private enum Verdict { OURS, STALE, UNKNOWN }

    /** The first line is the pid; a file cut short by a crash names nobody. */
    private static Optional<ProcessHandle> processNamedIn(List<String> lines) {
        try {
            return lines.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Verdict judge(ProcessHandle process, Path data) {
        Optional<Path> program = process.info().command().map(Path::of);
        if (program.isEmpty()) {
            return isZombie(process) ? Verdict.STALE : Verdict.UNKNOWN;
        }
        // "startsWith": Linux appends " (deleted)" when the binary has been replaced meanwhile.
        if (!program.get().getFileName().toString().startsWith("postgres")) {
            return Verdict.STALE;
        }
        // A PostgreSQL, but which? A postmaster's working directory is its data directory, even after a rename.
        try {
            Path workingDirectory = PROC.resolve(Long.toString(process.pid()), "cwd").toRealPath();
            return workingDirectory.equals(data.toRealPath()) ? Verdict.OURS : Verdict.STALE;
        } catch (IOException noProc) {
            String[] arguments = process.info().arguments().orElse(new String[0]);
            return Arrays.asList(arguments).contains(data.toString()) ? Verdict.OURS : Verdict.UNKNOWN;
        }
    }

    /** A dead process that nobody has waited for still has its number, but no program any more. */
    private static boolean isZombie(ProcessHandle process) {
        Path proc = PROC.resolve(Long.toString(process.pid()));
        try {
            Files.readSymbolicLink(proc.resolve("exe"));
            return false;
        } catch (NoSuchFileException e) {
            return Files.exists(proc, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException notOurs) {
            return false;
        }
    }
}
