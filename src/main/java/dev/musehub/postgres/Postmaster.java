package dev.musehub.postgres;

import dev.musehub.files.WholeNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The process that {@code data/postmaster.pid} names, if it really is that PostgreSQL.
 *
 * <p>A hub that is killed with -9 leaves its PostgreSQL running, and the file is right. A power failure leaves only the
 * file, and its pid may by now be that of any other program. We must not signal that program, and it must not keep our
 * PostgreSQL from starting (PostgreSQL itself looks only at the number).
 */
final class Postmaster {
    private static final Path PROC = Path.of("/proc");

    private Postmaster() {
    }

    /**
     * Whether a PostgreSQL is running on {@code data}. Deletes a pid file that certainly names no such process, if it
     * would keep PostgreSQL from starting. In doubt the file stays, and PostgreSQL refuses to start and names the
     * process.
     */
    static boolean survivorOf(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        ProcessVerdict verdict;
        try {
            verdict = judge(Files.readAllLines(file), data);
        } catch (NoSuchFileException e) {
            return false;
        }
        if (verdict == ProcessVerdict.STALE) {
            Files.deleteIfExists(file);
        }
        return verdict == ProcessVerdict.OURS;
    }

    /**
     * The PostgreSQL that is running on {@code data}.
     *
     * @throws IOException where none is
     */
    static ProcessHandle processOf(Path data) throws IOException {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip();
        return ProcessHandle.of(Long.parseLong(pid))
                .orElseThrow(() -> new IOException("PostgreSQL no longer runs in " + data));
    }

    /** The port of the PostgreSQL that is running on {@code data}: the fourth line of its pid file. */
    static int portOf(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        if (lines.size() < 4 || !lines.get(3).strip().matches("[0-9]{1,5}")) {
            throw new IOException("no PostgreSQL is running in " + data + "; name the hub's database with"
                    + " --database-url");
        }
        return Integer.parseInt(lines.get(3).strip());
    }

    private enum ProcessVerdict { OURS, STALE, LEFT_TO_POSTGRES }

    private static ProcessVerdict judge(List<String> lines, Path data) {
        String pid = lines.isEmpty() ? "" : lines.getFirst().strip();
        Optional<Long> number = WholeNumber.of(pid);
        if (number.isEmpty()) {
            return ProcessVerdict.STALE; // a crash cut the file short
        }
        // If the process is dead, PostgreSQL decides: it also checks whether children of that process still run.
        return ProcessHandle.of(number.get()).map(process -> judge(process, data))
                .orElse(ProcessVerdict.LEFT_TO_POSTGRES);
    }

    private static ProcessVerdict judge(ProcessHandle process, Path data) {
        Optional<Path> program = process.info().command().map(Path::of);
        if (program.isEmpty()) {
            return isZombie(process) ? ProcessVerdict.STALE : ProcessVerdict.LEFT_TO_POSTGRES;
        }
        // "startsWith": Linux appends " (deleted)" when the binary has been replaced meanwhile.
        if (!program.get().getFileName().toString().startsWith("postgres")) {
            return ProcessVerdict.STALE;
        }
        // Is it ours? The working directory of a postmaster is its data directory, even after a rename.
        try {
            Path workingDirectory = PROC.resolve(Long.toString(process.pid()), "cwd").toRealPath();
            return workingDirectory.equals(data.toRealPath()) ? ProcessVerdict.OURS : ProcessVerdict.STALE;
        } catch (IOException noProc) {
            String[] arguments = process.info().arguments().orElse(new String[0]);
            return Arrays.asList(arguments).contains(data.toString())
                    ? ProcessVerdict.OURS : ProcessVerdict.LEFT_TO_POSTGRES;
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
