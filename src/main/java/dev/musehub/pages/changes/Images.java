package dev.musehub.pages.changes;

import dev.musehub.diff.LineText;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Files that a browser shows as pictures, or plays. The name of a file decides. */
public final class Images {

    private static final Map<String, String> TYPES = Map.of("png", "image/png", "jpg", "image/jpeg",
            "jpeg", "image/jpeg", "gif", "image/gif", "webp", "image/webp", "avif", "image/avif", "bmp", "image/bmp",
            "ico", "image/x-icon", "svg", "image/svg+xml");

    private static final Map<String, String> SOUNDS = Map.of("mp3", "audio/mpeg", "ogg", "audio/ogg",
            "oga", "audio/ogg", "opus", "audio/ogg", "wav", "audio/wav", "flac", "audio/flac", "m4a", "audio/mp4",
            "mid", "audio/midi", "midi", "audio/midi");

    /** The type of a file of which nothing better is known. */
    public static final String BYTES = "application/octet-stream";

    private Images() {
    }

    /** The media type of the picture at {@code path}; empty for any other file. */
    public static Optional<String> type(String path) {
        return Optional.ofNullable(TYPES.get(extension(path)));
    }

    /** The media type under which a browser may have the file at {@code path}, which begins with {@code start}. */
    public static String rawType(String path, byte[] start) {
        return type(path).or(() -> Optional.ofNullable(SOUNDS.get(extension(path))))
                .orElse(LineText.isBinary(start) ? BYTES : "text/plain; charset=utf-8");
    }

    private static String extension(String path) {
        return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** Whether the file at {@code path} is a sound that browsers play; they do not play MIDI. */
    public static boolean isSound(String path) {
        return SOUNDS.containsKey(extension(path)) && !extension(path).startsWith("mid");
    }

    /** Whether the file at {@code path} is a picture. */
    public static boolean is(String path) {
        return type(path).isPresent();
    }
}
