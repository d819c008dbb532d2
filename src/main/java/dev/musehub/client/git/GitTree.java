package dev.musehub.client.git;

import dev.musehub.core.model.CodePoints;
import dev.musehub.core.model.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entries of one directory, in the order of git.
 *
 * @param unreadable names that are not UTF-8, with a replacement for what cannot be read
 */
public record GitTree(List<TreeEntry> entries, List<String> unreadable) {

    /** The kinds of entries. */
    public enum EntryKind { FILE, EXECUTABLE, DIRECTORY, SYMLINK, SUBMODULE }

    public record TreeEntry(EntryKind kind, String name, GitId id) { }

    /** Parses the content of a tree whose ids have {@code width} bytes. */
    public static GitTree parse(byte[] content, int width) {
        List<TreeEntry> entries = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        int at = 0;
        while (at < content.length) {
            int space = find(content, (byte) ' ', at);
            int nul = find(content, (byte) 0, space);
            if (nul + 1 + width > content.length) {
                throw damaged();
            }
            GitId id = GitId.of(content, nul + 1, width);
            String mode = new String(content, at, space - at, StandardCharsets.ISO_8859_1);
            try {
                entries.add(new TreeEntry(kind(mode), CodePoints.decode(Arrays.copyOfRange(content, space + 1, nul)),
                        id));
            } catch (Problem e) {
                unreadable.add(new String(content, space + 1, nul - space - 1, StandardCharsets.UTF_8));
            }
            at = nul + 1 + width;
        }
        return new GitTree(entries, unreadable);
    }

    private static EntryKind kind(String mode) {
        return switch (mode) {
            case "40000", "040000" -> EntryKind.DIRECTORY;
            case "120000" -> EntryKind.SYMLINK;
            case "160000" -> EntryKind.SUBMODULE;
            // Old repositories have 100664 and others for files.
            default -> mode.endsWith("755") ? EntryKind.EXECUTABLE : EntryKind.FILE;
        };
    }

    private static int find(byte[] content, byte wanted, int from) {
        for (int i = from; i < content.length; i++) {
            if (content[i] == wanted) {
                return i;
            }
        }
        throw damaged();
    }

    private static Problem damaged() {
        return new Problem(Problem.Code.DAMAGED_REPOSITORY, "a tree of the git repository is damaged; run 'git fsck'"
                + " there to find out which");
    }
}
