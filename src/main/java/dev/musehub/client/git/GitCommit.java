package dev.musehub.client.git;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/**
 * The content of a git commit, without its parents: those come from the walk over the history, because a shallow clone
 * lacks some.
 *
 * @param committed the time of the committer; 1970 if it cannot be read or is outside of the years 1 to 9999
 * @param message decoded, without line breaks at its end
 */
public record GitCommit(GitId tree, String author, String email, Instant committed, String message, boolean signed) {

    /** Parses the content of a commit. */
    public static GitCommit parse(byte[] content) {
        int end = blankLine(content);
        Map<String, String> fields = new HashMap<>();
        // One char per byte, because the header itself names the encoding.
        for (String line : new String(content, 0, end, StandardCharsets.ISO_8859_1).split("\n")) {
            int space = line.indexOf(' ');
            // A line that begins with a space continues the signature above it.
            if (space > 0) {
                fields.putIfAbsent(line.substring(0, space), line.substring(space + 1));
            }
        }
        String encoding = fields.getOrDefault("encoding", "utf-8");
        String who = fields.getOrDefault("author", "");
        int open = who.indexOf('<') < 0 ? who.length() : who.indexOf('<');
        int close = who.indexOf('>', open);
        String email = open == who.length() ? "" : who.substring(open + 1, close < 0 ? who.length() : close);
        int body = Math.min(content.length, end + 2);
        String message = text(java.util.Arrays.copyOfRange(content, body, content.length), encoding)
                .replace("\0", "");
        int length = message.length();
        while (length > 0 && message.charAt(length - 1) == '\n') {
            length--;
        }
        return new GitCommit(GitId.parse(fields.getOrDefault("tree", "")),
                text(bytes(who.substring(0, open)), encoding).strip(), text(bytes(email), encoding).strip(),
                time(fields.getOrDefault("committer", "")), message.substring(0, length),
                fields.containsKey("gpgsig") || fields.containsKey("gpgsig-sha256"));
    }

    private static int blankLine(byte[] content) {
        for (int i = 0; i + 1 < content.length; i++) {
            if (content[i] == '\n' && content[i + 1] == '\n') {
                return i;
            }
        }
        return content.length;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Decodes by the encoding of the commit; if that is wrong, as UTF-8 with replacement characters. */
    private static String text(byte[] raw, String encoding) {
        try {
            return Charset.forName(encoding).newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException | IllegalArgumentException | UnsupportedOperationException e) {
            return new String(raw, StandardCharsets.UTF_8);
        }
    }

    /** The time of a line {@code NAME <MAIL> SECONDS ZONE}. */
    static Instant time(String line) {
        String[] words = line.split(" ");
        try {
            Instant time = Instant.ofEpochSecond(Long.parseLong(words[words.length - 2]));
            int year = time.atOffset(ZoneOffset.UTC).getYear();
            return year < 1 || year > 9999 ? Instant.EPOCH : time;
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException | DateTimeException e) {
            return Instant.EPOCH;
        }
    }
}
