package dev.musehub.client.git;

import dev.musehub.cli.Meter;
import dev.musehub.client.muse.MuseRepository;
import dev.musehub.client.snapshots.Snapshot;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.io.Tasks;
import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Converts commits of git into commits of Muse, branch by branch, parents before children. Ids depend on the content
 * alone, so two imports of one history give the same commits. The order, the objects and the refs of git are streamed;
 * only a pair of ids per commit stays in memory.
 *
 * <p>A commit of Muse has at most two parents; of a merge with more, the first two stay. A commit belongs to the first
 * branch that reaches it, beginning with the branch that git has checked out. Times are those of the committer.
 */
final class GitImport {

    /** Commits that are written to the journal together. A killed import repeats at most these. */
    private static final int WINDOW = 100;

    /** Files that are written at the same time, while the next ones are read: the bound of what is in memory. */
    private static final int WRITERS = 8;

    private final GitRepository git;
    private final MuseRepository target;
    private final GitJournal journal;
    private final ImportOptions options;
    private final ImportOmissions leftOut = new ImportOmissions();
    private final Set<Sha256> snapshots = new HashSet<>();
    private GitObjects objects;
    private GitPaths paths;
    private GitBlobs blobs;
    private Tasks writers;
    private long commits;
    private long merges;
    private long emptyMessages;
    private boolean cold = true;

    GitImport(GitRepository git, MuseRepository target, GitJournal journal, ImportOptions options) {
        this.git = git;
        this.target = target;
        this.journal = journal;
        this.options = options;
    }

    /** The options of an import. */
    record ImportOptions(boolean emails, boolean allPaths) {

        /** The options as the journal stores them. */
        String line() {
            return "emails=" + emails + " all-paths=" + allPaths;
        }
    }

    /** What an import has made; {@code heads} by branch, the checked-out branch first. */
    record ImportOutcome(Map<String, Sha256> heads, long commits, long merges, long snapshots, long objects, long bytes,
            long lfsPointers, long emptyMessages, ImportOmissions leftOut) { }

    /** The branches of a git repository, the checked-out branch first. */
    static Map<String, GitId> branches(GitRepository git) throws IOException {
        Map<String, GitId> all = git.branches();
        Map<String, GitId> ordered = new LinkedHashMap<>();
        List<String> first = new ArrayList<>(git.headBranch().stream().toList());
        first.addAll(List.of("main", "master"));
        first.stream().filter(all::containsKey).limit(1).forEach(name -> ordered.put(name, all.get(name)));
        all.forEach(ordered::putIfAbsent);
        return ordered;
    }

    /** Converts the new commits of branches and of tags. No branch moves. */
    ImportOutcome run(Map<String, GitId> branches, List<GitRepository.Tag> tags, Meter meter) throws IOException {
        Set<GitId> ends = new LinkedHashSet<>(branches.values());
        tags.forEach(tag -> tag.commit().ifPresent(ends::add));
        long total = Math.max(0, git.count(ends) - journal.size());
        Map<String, Sha256> heads = new LinkedHashMap<>();
        try (GitObjects opened = git.objects(); Tasks begun = Tasks.atOnce("writers", WRITERS);
                Meter.Bar bar = meter.bar("converting", total, "commit")) {
            objects = opened;
            writers = begun;
            paths = new GitPaths(objects, leftOut, options.allPaths());
            blobs = new GitBlobs(objects, target, writers, leftOut);
            List<GitId> done = new ArrayList<>();
            for (Map.Entry<String, GitId> branch : branches.entrySet()) {
                if (BranchNames.isValid(branch.getKey())) {
                    walk(branch.getKey(), branch.getValue(), done, bar);
                    done.add(branch.getValue());
                    heads.put(branch.getKey(), known(branch.getValue()));
                } else {
                    leftOut.count(ImportOmissions.Reason.BRANCH, branch.getKey());
                }
            }
            walkTags(tags, heads.isEmpty() ? "main" : heads.keySet().iterator().next(), done, bar);
        }
        return new ImportOutcome(heads, commits, merges, snapshots.size(), blobs.objects(), blobs.bytes(),
                blobs.lfsPointers(), emptyMessages, leftOut);
    }

    /** Releases are often made on branches that no longer exist. Their commits belong to the tag. */
    private void walkTags(List<GitRepository.Tag> tags, String main, List<GitId> done, Meter.Bar bar)
            throws IOException {
        for (GitRepository.Tag tag : tags) {
            if (tag.commit().isPresent() && journal.get(tag.commit().get()).isEmpty()) {
                walk(BranchNames.isValid(tag.name()) ? tag.name() : main, tag.commit().get(), done, bar);
                done.add(tag.commit().get());
            }
        }
    }

    private Sha256 known(GitId commit) {
        return journal.get(commit).orElseThrow(() -> new Problem(Problem.Code.CONFLICT, "the git repository changed"
                + " during the import; run it again"));
    }

    private void walk(String branch, GitId head, List<GitId> done, Meter.Bar bar) throws IOException {
        cold = true;
        try (GitRepository.GitHistory history = git.history(head, done)) {
            List<GitRepository.GitNode> window = new ArrayList<>();
            for (Optional<GitRepository.GitNode> next = history.next(); next.isPresent(); next = history.next()) {
                if (journal.get(next.get().id()).isEmpty()) {
                    window.add(next.get());
                }
                if (window.size() == WINDOW) {
                    convert(branch, window);
                    bar.add(window.size());
                    window.clear();
                }
            }
            convert(branch, window);
            bar.add(window.size());
        }
    }

    /** Converts some commits, and adds them to the journal after all their files are written. */
    private void convert(String branch, List<GitRepository.GitNode> window) throws IOException {
        List<GitCommit> contents = new ArrayList<>(window.size());
        objects.read(window.stream().map(GitRepository.GitNode::id).toList(), (id, type, size, content) -> {
            if (!type.equals("commit")) {
                throw new Problem(Problem.Code.DAMAGED_REPOSITORY, "the git repository has no commit " + id.hex()
                        + "; run 'git fsck' there to find out why");
            }
            contents.add(GitCommit.parse(content.readNBytes((int) size)));
        });
        Map<GitId, Sha256> made = new LinkedHashMap<>();
        for (int i = 0; i < window.size(); i++) {
            made.put(window.get(i).id(), convert(branch, window.get(i), contents.get(i), made));
        }
        writers.join();
        journal.add(made);
        commits += made.size();
    }

    private Sha256 convert(String branch, GitRepository.GitNode node, GitCommit from, Map<GitId, Sha256> made)
            throws IOException {
        List<GitPaths.File> files = paths.of(from.tree());
        if (cold) {
            learn(node.parents());
        }
        Manifest manifest = blobs.manifest(files);
        String time = MuseRepository.time(from.committed());
        Snapshot snapshot = new Snapshot(Ids.snapshot(manifest), manifest, time, Optional.empty());
        if (snapshots.add(snapshot.id())) {
            writers.submit(() -> target.writeSnapshot(snapshot));
        }
        Commit commit = commit(branch, from, parents(node, made), snapshot.id(), time);
        writers.submit(() -> target.writeCommit(commit));
        return commit.id();
    }

    /** The parents in Muse. Two commits of git may become one, because the author is not part of an id of Muse. */
    private List<Sha256> parents(GitRepository.GitNode node, Map<GitId, Sha256> made) {
        List<Sha256> parents = node.parents().stream()
                .map(parent -> made.containsKey(parent) ? made.get(parent) : known(parent)).distinct().toList();
        merges += parents.size() > 1 ? 1 : 0;
        if (parents.size() > 2) {
            leftOut.count(ImportOmissions.Reason.OCTOPUS, parents.size() - 2);
        }
        return parents.subList(0, Math.min(2, parents.size()));
    }

    /** Remembers the files of the first parent from an earlier import: most of them are unchanged in this commit. */
    private void learn(List<GitId> parents) throws IOException {
        cold = false;
        Optional<Sha256> known = parents.isEmpty() ? Optional.empty() : journal.get(parents.getFirst());
        if (known.isPresent()) {
            GitId tree = GitCommit.parse(objects.whole(parents.getFirst(), "commit")).tree();
            blobs.learn(paths.of(tree), target.readSnapshot(target.readCommit(known.get()).snapshotId()).manifest());
        }
    }

    private Commit commit(String branch, GitCommit from, List<Sha256> parents, Sha256 snapshot, String time) {
        String message = from.message();
        if (message.length() > Commit.MAX_MESSAGE_BYTES / 4) {
            message = cut(message);
        }
        emptyMessages += message.isBlank() ? 1 : 0;
        if (from.signed()) {
            leftOut.count(ImportOmissions.Reason.SIGNATURE);
        }
        String author = options.emails() && !from.email().isEmpty() ? from.author() + " <" + from.email() + ">"
                : from.author();
        Sha256 id = Ids.commit(parents, snapshot, message, time);
        return new Commit(id, target.repoId(), branch, snapshot, message, time,
                parents.stream().findFirst(), parents.stream().skip(1).findFirst(), author, new HashMap<>(),
                Optional.empty(), "none", List.of(), "", "", "", "", "", "", 5, List.of(), 0);
    }

    private String cut(String message) {
        CharBuffer whole = CharBuffer.wrap(message);
        // The encoder stops before the first character that does not fit.
        StandardCharsets.UTF_8.newEncoder().encode(whole,
                ByteBuffer.allocate(Commit.MAX_MESSAGE_BYTES), true);
        if (whole.hasRemaining()) {
            leftOut.count(ImportOmissions.Reason.MESSAGE);
        }
        return message.substring(0, whole.position());
    }
}
