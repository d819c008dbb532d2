package dev.musehub.client.git;

import dev.musehub.core.model.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A git repository on this machine. */
public final class GitRepository {

    private static final Pattern URL = Pattern.compile("(?:https?|ssh|file)://.+", Pattern.CASE_INSENSITIVE);
    /** {@code user@host:path}, which is ssh. A second colon is refused: {@code ext::} and the like run commands. */
    private static final Pattern SSH = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^:].*");

    private final Path gitDir;

    private GitRepository(Path gitDir) {
        this.gitDir = gitDir;
    }

    /**
     * A tag.
     *
     * @param commit empty for a tag of a file or a directory
     * @param at empty if the tag has no time of its own
     */
    public record Tag(String name, Optional<GitId> commit, Optional<Instant> at) { }

    /** A commit and its parents. */
    public record GitNode(GitId id, List<GitId> parents) { }

    /**
     * The repository of a directory, which may be in a working tree or be a bare repository.
     *
     * @throws Problem {@code bad-request} if there is none
     */
    public static GitRepository open(Path directory) throws IOException {
        return new GitRepository(Path.of(Git.output(Git.local(List.of("-C", directory.toString(), "rev-parse",
                "--absolute-git-dir")), directory + " is not in a git repository that git can open").strip()));
    }

    /** Whether {@code text} is an address that {@link #mirror} takes. */
    public static boolean isUrl(String text) {
        return URL.matcher(text).matches() || SSH.matcher(text).matches();
    }

    /**
     * Copies all refs from {@code url} into the new directory {@code target}.
     *
     * @throws Problem {@code bad-request} if {@code url} is not such an address, or the copy fails
     */
    public static GitRepository mirror(String url, Path target) throws IOException {
        if (!isUrl(url)) {
            throw new Problem(Problem.Code.BAD_REQUEST, "'" + url + "' is neither a directory nor an http, https, ssh"
                    + " or file address");
        }
        Git.output(Git.remote(List.of("clone", "--mirror", "--", url, target.toString())), "git could not clone " + url
                + "; its message stands above");
        return new GitRepository(target);
    }

    private ProcessBuilder here(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--git-dir=" + gitDir));
        all.addAll(Arrays.asList(arguments));
        return Git.local(all);
    }

    /** The branches, ordered by name. */
    public Map<String, GitId> branches() throws IOException {
        Map<String, GitId> branches = new LinkedHashMap<>();
        Git.output(here("for-each-ref", "--format=%(objectname) %(refname:strip=2)", "refs/heads"),
                "git could not list its branches; its message stands above").lines().forEach(line -> {
                    int space = line.indexOf(' ');
                    branches.put(line.substring(space + 1), GitId.parse(line.substring(0, space)));
                });
        return branches;
    }

    /** The branch that HEAD names. It may have no commit. */
    public Optional<String> headBranch() throws IOException {
        Process process = Git.start(here("symbolic-ref", "-q", "HEAD"));
        String head = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String prefix = "refs/heads/";
        return Git.ended(process) == 0 && head.startsWith(prefix) ? Optional.of(head.substring(prefix.length()))
                : Optional.empty();
    }

    /** The tags, ordered by name. */
    public List<Tag> tags() throws IOException {
        List<Tag> tags = new ArrayList<>();
        String format = "--format=%(refname:strip=2)%00%(objecttype) %(objectname)%00%(*objecttype) %(*objectname)"
                + "%00%(taggerdate:unix)";
        Git.output(here("for-each-ref", format, "refs/tags"), "git could not list its tags; its message stands above")
                .lines().forEach(line -> {
            String[] parts = line.split("\0", -1);
            String target = parts[1].startsWith("tag ") ? parts[2] : parts[1];
            // Tags of trees and blobs have no commit, and a tag of a tag is not followed.
            Optional<GitId> commit = target.startsWith("commit ")
                    ? Optional.of(GitId.parse(target.substring("commit ".length()))) : Optional.empty();
            tags.add(new Tag(parts[0], commit, parts[3].isEmpty()
                    ? Optional.empty() : Optional.of(GitCommit.time("x " + parts[3] + " +0000"))));
        });
        return tags;
    }

    /** The number of commits reachable from {@code heads}. */
    public long count(Collection<GitId> heads) throws IOException {
        try (GitHistory history = new GitHistory(here("rev-list", "--count", "--stdin"), heads, List.of())) {
            return Long.parseLong(history.lines.readLine());
        }
    }

    /** The commits reachable from {@code head} but not from {@code not}, parents before children. */
    public GitHistory history(GitId head, Collection<GitId> not) throws IOException {
        return new GitHistory(here("rev-list", "--topo-order", "--reverse", "--parents", "--stdin"), List.of(head),
                not);
    }

    /** Opens the objects. */
    public GitObjects objects() {
        return new GitObjects(gitDir);
    }

    /** A walk over the history. The list of commits is in git, not in our memory. */
    public static final class GitHistory implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;

        private GitHistory(ProcessBuilder builder, Collection<GitId> heads, Collection<GitId> not) throws IOException {
            process = Git.start(builder);
            lines = process.inputReader(StandardCharsets.US_ASCII);
            StringBuilder revisions = new StringBuilder();
            heads.forEach(id -> revisions.append(id.hex()).append('\n'));
            not.forEach(id -> revisions.append('^').append(id.hex()).append('\n'));
            try (OutputStream out = process.getOutputStream()) {
                out.write(revisions.toString().getBytes(StandardCharsets.US_ASCII));
            }
        }

        /** The next commit; empty after the last. */
        public Optional<GitNode> next() throws IOException {
            String line = lines.readLine();
            if (line == null) {
                if (Git.ended(process) != 0) {
                    throw new Problem(Problem.Code.DAMAGED_REPOSITORY, "git could not list the commits; run 'git fsck'"
                            + " in the repository to find out why");
                }
                return Optional.empty();
            }
            List<GitId> ids = Arrays.stream(line.split(" ")).map(GitId::parse).toList();
            return Optional.of(new GitNode(ids.getFirst(), ids.subList(1, ids.size())));
        }

        /** Ends git. */
        @Override
        public void close() throws IOException {
            process.destroy();
            lines.close();
            Git.ended(process);
        }
    }
}
