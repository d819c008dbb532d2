package dev.musehub.jobs;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The groups under which bytes of files are counted. A file's name alone decides. */
final class FileGroups {

    /** Groups of files that are not text, each with its extensions. */
    private static final Map<String, String> ASSETS = new HashMap<>();

    static {
        Map.of("MIDI", "mid midi kar",
                "audio", "wav mp3 ogg oga flac aac m4a aif aiff opus wma",
                "images", "png jpg jpeg gif webp bmp tif tiff ico psd heic avif xcf",
                "video", "mp4 m4v mov avi mkv webm mpg mpeg",
                "music projects", "als flp logicx cpr ptx rpp band sf2 sfz mscz gp gpx",
                "fonts", "ttf otf ttc woff woff2 eot",
                "archives", "zip gz tgz bz2 xz zst 7z rar tar jar war whl",
                "documents", "pdf doc docx xls xlsx ppt pptx odt ods odp epub",
                "data and models", "npy npz pkl pt pth onnx safetensors h5 parquet sqlite db bin dat",
                "programs", "exe dll so dylib class o a wasm pyc")
                .forEach((group, extensions) -> List.of(extensions.split(" "))
                        .forEach(extension -> ASSETS.put(extension, group)));
    }

    private FileGroups() {
    }

    /** The group of {@code path}; empty where the kind does not count it. */
    static Optional<String> of(JobKind kind, String path) {
        return switch (kind) {
            case ASSETS -> Optional.ofNullable(ASSETS.get(extension(path)));
            case DIRECTORIES -> Optional.of(path.indexOf('/') < 0 ? "(files at the root)"
                    : path.substring(0, path.indexOf('/') + 1));
            case LANGUAGES -> Optional.of(extension(path));
            default -> throw new IllegalStateException(kind + " does not count files");
        };
    }

    private static String extension(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot <= 0 || dot == name.length() - 1 ? "(none)" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
    }
}
