-- What people say about commits.

-- The commit's own text never changes, so comments stand beside it; where a commit is collected, they go with it.
create table comments (
    repo_id    bigint not null,
    id         bigint generated always as identity,
    commit_id  bytea not null,
    user_id    bigint not null references users,
    body       text not null check (octet_length(body) between 1 and 65536),
    created_at timestamptz not null default now(),
    primary key (repo_id, id),
    foreign key (repo_id, commit_id) references commits (repo_id, id) on delete cascade
);
-- The comments of a commit.
create index comments_by_commit on comments (commit_id, repo_id);
