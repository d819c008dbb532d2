package dev.musehub.client;

import dev.musehub.model.Commit;
import dev.musehub.model.Sha256;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Which commits of a local repository are new to a remote. Walks down from the new head and from the remote's heads
 * together, latest first, until only known commits are left: a push reads what is new, not the whole history. Clocks
 * that ran backwards can make it name a commit the remote has; the hub then skips it.
 */
final class LocalHistory {

    private final MuseRepository repository;
    private final Map<Sha256, Commit> commits = new HashMap<>();

    LocalHistory(MuseRepository repository) {
        this.repository = repository;
    }

    /** The commits that {@code head} reaches and {@code known} do not, parents before children. */
    List<Commit> newCommits(Sha256 head, Collection<Sha256> known) {
        Set<Sha256> painted = new HashSet<>();
        Set<Sha256> queued = new HashSet<>();
        PriorityQueue<Commit> queue = new PriorityQueue<>(Comparator.comparing(Commit::committedInstant).reversed());
        for (Sha256 id : known) {
            if (repository.hasCommit(id) && queued.add(id)) {
                painted.add(id);
                queue.add(commit(id));
            }
        }
        int open = 0;
        if (queued.add(head)) {
            queue.add(commit(head));
            open++;
        }
        Set<Sha256> fresh = new HashSet<>();
        while (open > 0) {
            Commit next = queue.poll();
            boolean isKnown = painted.contains(next.id());
            if (!isKnown) {
                fresh.add(next.id());
                open--;
            }
            for (Sha256 parent : next.parents()) {
                if (isKnown && painted.add(parent) && queued.contains(parent) && !fresh.contains(parent)) {
                    open--;
                }
                if (queued.add(parent)) {
                    queue.add(commit(parent));
                    open += painted.contains(parent) ? 0 : 1;
                }
            }
        }
        return parentsFirst(head, fresh);
    }

    /** Whether {@code ancestor} is {@code head} or among its ancestors. */
    boolean reaches(Sha256 head, Sha256 ancestor) {
        return newCommits(ancestor, List.of(head)).isEmpty();
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
        return commits.computeIfAbsent(id, repository::readCommit);
    }
}
