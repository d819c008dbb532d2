package dev.musehub.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A source file as the tidy rules see it: its lines, its code without comments and texts, the types it declares, and the
 * length of its methods. No parser: names and braces are enough for these rules.
 */
record JavaSource(Path path, List<String> lines, String code) {

    private static final Pattern TYPE = Pattern.compile("\\b(?:class|record|enum|@?interface)\\s+([A-Z]\\w*)");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([\\w.]+);");
    private static final Pattern NAME = Pattern.compile("(?<![\\w.])[A-Z]\\w*");
    private static final Pattern CALL = Pattern.compile("([a-zA-Z_]\\w*)\\s*\\($");
    private static final Set<String> BLOCKS = Set.of("if", "for", "while", "switch", "catch", "synchronized", "try");

    /** All Java files below {@code root}, by path. */
    static List<JavaSource> below(String root) {
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            return files.filter(f -> f.toString().endsWith(".java")).sorted().map(JavaSource::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JavaSource read(Path path) {
        try {
            String text = Files.readString(path);
            return new JavaSource(path, text.lines().toList(), withoutCommentsAndTexts(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The package, below {@code dev.musehub}; empty for that one itself. */
    String room() {
        Matcher m = Pattern.compile("(?m)^package dev\\.musehub(?:\\.([\\w.]+))?;").matcher(code);
        return m.find() && m.group(1) != null ? m.group(1) : "";
    }

    /** The file's own type. */
    String name() {
        return path.getFileName().toString().replaceFirst("\\.java$", "");
    }

    /** All types declared here, nested ones too. */
    List<String> types() {
        return TYPE.matcher(code).results().map(r -> r.group(1)).toList();
    }

    /** Imported names below {@code dev.musehub}, without that prefix. */
    List<String> imports() {
        return IMPORT.matcher(code).results().map(r -> r.group(1)).filter(n -> n.startsWith("dev.musehub."))
                .map(n -> n.substring("dev.musehub.".length())).toList();
    }

    /** Every capitalised name in the code. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        NAME.matcher(code).results().forEach(r -> names.add(r.group()));
        return names;
    }

    /** A method with the number of its lines, from its head to its last brace. */
    record Method(String name, int firstLine, int lines) { }

    List<Method> methods() {
        List<Method> methods = new ArrayList<>();
        List<Method> open = new ArrayList<>();
        StringBuilder head = new StringBuilder();
        int line = 1;
        for (char c : code.toCharArray()) {
            switch (c) {
                case '{' -> {
                    open.add(new Method(methodName(head.toString()), line, 0));
                    head.setLength(0);
                }
                case '}' -> {
                    Method ended = open.removeLast();
                    if (!ended.name().isEmpty()) {
                        methods.add(new Method(ended.name(), ended.firstLine(), line - ended.firstLine() + 1));
                    }
                    head.setLength(0);
                }
                case ';' -> head.setLength(0);
                default -> head.append(c);
            }
            if (c == '\n') {
                line++;
            }
        }
        return methods;
    }

    /** The name of the method whose head this is; empty for a type, a block or a lambda. */
    private static String methodName(String head) {
        String text = head.strip().replaceFirst("\\s*throws\\s+[\\w., ]+$", "");
        if (!text.endsWith(")") || text.contains("->") || Pattern.compile("\\b(record|new)\\b").matcher(text).find()) {
            return "";
        }
        int depth = 0;
        for (int i = text.length() - 1; i >= 0; i--) {
            depth += text.charAt(i) == ')' ? 1 : text.charAt(i) == '(' ? -1 : 0;
            if (depth == 0) {
                Matcher m = CALL.matcher(text.substring(0, i + 1));
                return m.find() && !BLOCKS.contains(m.group(1)) ? m.group(1) : "";
            }
        }
        return "";
    }

    /** The same text with comments and the insides of texts blanked; lines stay where they are. */
    private static String withoutCommentsAndTexts(String s) {
        char[] out = s.toCharArray();
        int i = 0;
        while (i < s.length()) {
            int end;
            if (s.startsWith("//", i)) {
                end = s.indexOf('\n', i);
                end = end < 0 ? s.length() : end;
            } else if (s.startsWith("/*", i)) {
                end = s.indexOf("*/", i) + 2;
            } else if (s.startsWith("\"\"\"", i)) {
                end = closing(s, i + 3, "\"\"\"");
            } else if (s.charAt(i) == '"' || s.charAt(i) == '\'') {
                end = closing(s, i + 1, s.substring(i, i + 1));
            } else {
                i++;
                continue;
            }
            for (int k = i; k < end; k++) {
                out[k] = out[k] == '\n' ? '\n' : ' ';
            }
            i = end;
        }
        return new String(out);
    }

    private static int closing(String s, int from, String quote) {
        int i = from;
        while (!s.startsWith(quote, i)) {
            i += s.charAt(i) == '\\' ? 2 : 1;
        }
        return i + quote.length();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** For assertions: {@code file:line}. */
    String at(int line) {
        return path + ":" + line;
    }

    /** Numbers of the lines whose code contains {@code text}. */
    List<Integer> linesWith(Pattern text) {
        List<Integer> found = new ArrayList<>();
        List<String> all = Arrays.asList(code.split("\n", -1));
        for (int i = 0; i < all.size(); i++) {
            if (text.matcher(all.get(i)).find()) {
                found.add(i + 1);
            }
        }
        return found;
    }
}
