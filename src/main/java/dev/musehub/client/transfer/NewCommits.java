package dev.musehub.client.transfer;

import dev.musehub.client.muse.MuseRepository;
import dev.musehub.core.history.Commit;
import dev.musehub.core.model.Sha256;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Finds the commits of a local repository that are new to a remote. It walks from the new head and from the heads of
 * the remote towards the past, latest first, until only known commits are left. So a push reads the new commits and not
 * the whole history. If clocks ran backwards, it may name a commit that the remote has; the hub skips that commit.
 */
public final class NewCommits {

    /** A commit and its time, which is slow to parse. */
    private record Dated(Commit commit, OffsetDateTime at) { }

    private final MuseRepository repository;
    private final Map<Sha256, Dated> commits = new HashMap<>();

    public NewCommits(MuseRepository repository) {
        this.repository = repository;
    }

    /** The commits that are reachable from {@code head} but not from {@code known}, parents before children. */
    public List<Commit> newCommits(Sha256 head, Collection<Sha256> known) {
        Set<Sha256> painted = new HashSet<>();
        Set<Sha256> queued = new HashSet<>();
        PriorityQueue<Dated> queue = new PriorityQueue<>((a, b) -> b.at().compareTo(a.at()));
        for (Sha256 id : known) {
            if (repository.hasCommit(id) && queued.add(id)) {
                painted.add(id);
                queue.add(dated(id));
            }
        }
        int open = 0;
        if (queued.add(head)) {
            queue.add(dated(head));
            open++;
        }
        Set<Sha256> fresh = new HashSet<>();
        OffsetDateTime oldest = OffsetDateTime.MAX;
        // Commits of the same second leave the queue in any order, so the walk goes on until all known commits in the
        // queue are older than the new ones.
        while (open > 0 || !queue.isEmpty() && !fresh.isEmpty() && !queue.peek().at().isBefore(oldest)) {
            Dated dated = queue.poll();
            Commit next = dated.commit();
            boolean isKnown = painted.contains(next.id());
            if (!isKnown) {
                fresh.add(next.id());
                oldest = dated.at().isBefore(oldest) ? dated.at() : oldest;
                open--;
            }
            for (Sha256 parent : next.parents()) {
                boolean repainted = isKnown && painted.add(parent);
                if (repainted && fresh.remove(parent)) {
                    queue.add(dated(parent));
                } else if (repainted && queued.contains(parent)) {
                    open--;
                }
                if (queued.add(parent)) {
                    queue.add(dated(parent));
                    open += painted.contains(parent) ? 0 : 1;
                }
            }
        }
        return parentsFirst(head, fresh);
    }

    /** Whether {@code ancestor} is {@code head} or an ancestor of it. The answer does not depend on clocks. */
    public boolean reaches(Sha256 head, Sha256 ancestor) {
        Set<Sha256> seen = new HashSet<>(Set.of(head));
        Deque<Sha256> todo = new ArrayDeque<>(seen);
        while (!todo.isEmpty()) {
            Sha256 id = todo.poll();
            if (id.equals(ancestor)) {
                return true;
            }
            commit(id).parents().stream().filter(seen::add).forEach(todo::add);
        }
        return false;
    }

    /** Those of {@code commits} that are neither one of {@code heads} nor an ancestor of one. */
    public Set<Sha256> unreached(Collection<Sha256> commits, Collection<Sha256> heads) {
        Set<Sha256> left = new LinkedHashSet<>(commits);
        Set<Sha256> seen = new HashSet<>(heads);
        Deque<Sha256> todo = new ArrayDeque<>(seen);
        while (!left.isEmpty() && !todo.isEmpty()) {
            Sha256 id = todo.poll();
            left.remove(id);
            commit(id).parents().stream().filter(seen::add).forEach(todo::add);
        }
        return left;
    }

    private List<Commit> parentsFirst(Sha256 head, Set<Sha256> within) {
        List<Commit> order = new ArrayList<>();
        Set<Sha256> done = new HashSet<>();
        Deque<Sha256> todo = new ArrayDeque<>();
        if (within.contains(head)) {
            todo.push(head);
        }
        while (!todo.isEmpty()) {
            Sha256 id = todo.peek();
            boolean ready = true;
            for (Sha256 parent : commit(id).parents()) {
                if (within.contains(parent) && !done.contains(parent)) {
                    todo.push(parent);
                    ready = false;
                }
            }
            if (ready) {
                todo.pop();
                if (done.add(id)) {
                    order.add(commit(id));
                }
            }
        }
        return order;
    }

    private Commit commit(Sha256 id) {
        return dated(id).commit();
    }

    private Dated dated(Sha256 id) {
        return commits.computeIfAbsent(id, _ -> {
            Commit read = repository.readCommit(id);
            return new Dated(read, read.committedInstant());
        });
    }
}
