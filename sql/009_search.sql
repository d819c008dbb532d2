-- Lists of commits, and searching them.

-- generation is from now on what orders a history, newest first: the microseconds of the commit's time, but always more
-- than its parents have (Commit.generation). Parents still come before children, which is all that walks rely on; and
-- what is older than a commit can be told from its key alone, so that lists are paged by it. 50 µs per commit, once.
set local statement_timeout = 0;
do $$
declare r record;
begin
    for r in select repo_id, id, parent1, parent2, committed_at from commits order by repo_id, generation loop
        update commits c set generation = greatest(floor(extract(epoch from r.committed_at) * 1000000)::bigint,
            1 + coalesce((select max(p.generation) from commits p
                          where p.repo_id = r.repo_id and p.id = any (array[r.parent1, r.parent2])), 0))
        where c.repo_id = r.repo_id and c.id = r.id;
    end loop;
end $$;

-- What lists show without taking records apart: the first line of the message, whether breaking changes are recorded.
-- words are those of the message and, with weight A, of the author, and one that names the repository, so that a search
-- touches no others. All three are null where an older hub wrote the commit; the next start fills them in, and the
-- partial index finds where (CommitWords).
alter table commits
    add column title text,
    add column breaking boolean,
    add column words tsvector;
create index commits_untold on commits (id) where title is null;
-- "Which commits of this repository have these words."
create index commits_by_words on commits using gin (words);
