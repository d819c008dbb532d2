package dev.musehub.cli;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.json.JsonValues;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.help.HelpFormatter;

/** One command of the command line. */
public abstract class Command {

    private final String usage;
    private final String purpose;
    private final Options options = new Options();

    /**
     * A command with the option {@code --help}.
     *
     * @param usage what the user types after {@code musehub}: the name of the command, then its arguments
     * @param purpose one sentence
     */
    protected Command(String usage, String purpose) {
        this.usage = usage;
        this.purpose = purpose;
        flag("h", "help", "Show this help.");
    }

    /** What the command is for, in one sentence. */
    public final String purpose() {
        return purpose;
    }

    /** The refusal of arguments that do not fit. */
    protected final Problem wrongArguments() {
        return new Problem(Problem.Code.BAD_REQUEST, "usage: musehub " + usage);
    }

    /** Runs the command; returns the exit code. */
    protected abstract int run(CommandLine line) throws Exception;

    /** Adds an option without a value. */
    protected final void flag(String letter, String name, String what) {
        options.addOption(new Option(letter, name, false, what));
    }

    /** Adds an option with a value. */
    protected final void option(String name, String value, String what) {
        options.addOption(Option.builder().longOpt(name).hasArg().argName(value).desc(what).get());
    }

    /** Adds {@code --json}. */
    protected final void json() {
        flag(null, "json", "Print one JSON object instead of text.");
    }

    /** Parses {@code arguments} and runs. A failure becomes a line on stderr and an exit code, never a stack trace. */
    public final int execute(List<String> arguments) {
        boolean json = arguments.contains("--json");
        try {
            CommandLine line = new DefaultParser().parse(options, arguments.toArray(String[]::new));
            if (line.hasOption("help")) {
                help();
                return ExitCode.OK;
            }
            return written(run(line), json);
        } catch (ParseException e) {
            return fail(new Problem(Problem.Code.BAD_REQUEST, e.getMessage() + "; usage: musehub " + usage), json);
        } catch (Problem e) {
            return fail(e, json);
        } catch (IOException e) {
            return fail(e, json);
        } catch (UncheckedIOException e) {
            return fail(e.getCause(), json);
        } catch (Exception e) {
            if (System.getenv("MUSEHUB_DEBUG") != null) {
                e.printStackTrace();
            }
            fail(new Problem(Problem.Code.INTERNAL, "internal error: " + e + "; set MUSEHUB_DEBUG=1 to see where"),
                    json);
            return ExitCode.INTERNAL;
        }
    }

    private void help() throws IOException {
        HelpFormatter.builder().setShowSince(false).get()
                .printHelp("musehub " + usage, purpose, options, "", false);
    }

    /** The exit code, unless standard output was lost: streams of Java keep quiet about that. */
    private static int written(int exitCode, boolean json) {
        if (!System.out.checkError()) {
            return exitCode;
        }
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write('\n');
        } catch (IOException e) {
            // Who pipes into head wants no more, and no message.
            if (!"Broken pipe".equals(e.getMessage())) {
                return fail(new IOException("the output cannot be written: " + e.getMessage(), e), json);
            }
        }
        return ExitCode.USER;
    }

    /** A failure of a file or connection here, in words. */
    private static int fail(IOException e, boolean json) {
        String said = e.getMessage() == null ? e.toString() : e.getMessage();
        fail(new Problem(Problem.Code.INTERNAL, switch (e) {
            case NoSuchFileException _ -> "there is no file " + said;
            case AccessDeniedException _ -> "no permission for " + said;
            default -> said;
        }), json);
        return ExitCode.USER;
    }

    private static int fail(Problem e, boolean json) {
        if (json) {
            printJson(Value.dict().put("error", e.code().text()).put("message", e.getMessage())
                    .put("details", e.details()).build());
        } else {
            System.err.println("musehub: " + clean(brief(e.getMessage())));
        }
        return ExitCode.of(e.code());
    }

    /** Prints one JSON object on stdout. */
    protected static void printJson(Value value) {
        PrintStream out = System.out;
        out.writeBytes(JsonValues.encode(value));
        out.writeBytes("\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** A text without characters that a terminal would obey, or that turn the text behind them; lines and tabs stay. */
    protected static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints().forEach(c -> {
            boolean turns = c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
            clean.appendCodePoint(c == '\n' || c == '\t' || !Character.isISOControl(c) && !turns ? c : 0xFFFD);
        });
        return clean.toString();
    }

    /** A text for a person: ids in it are as short as those of {@code log --oneline}. Programs get whole ones. */
    protected static String brief(String text) {
        return text.replaceAll("sha256:([0-9a-f]{12})[0-9a-f]{52}", "$1");
    }

    /** An id for a person. */
    protected static String brief(Sha256 id) {
        return brief(id.toString());
    }

    /** Argument {@code index}, or {@code otherwise}. */
    protected static String argument(CommandLine line, int index, String otherwise) {
        return line.getArgList().size() > index ? line.getArgList().get(index) : otherwise;
    }

    /**
     * Checks the number of arguments.
     *
     * @throws Problem {@code bad-request}
     */
    protected final void arguments(CommandLine line, int least, int most) {
        int n = line.getArgList().size();
        if (n < least || n > most) {
            throw wrongArguments();
        }
    }
}
