-- What is computed after a push, and the queue of who shall compute it.

-- One row per piece of work. A push adds one per kind in one statement; while one of a kind is pending, another adds
-- nothing (the unique index). A row that keeps failing is parked, with its last error, until the next push.
create table jobs (
    repo_id   bigint not null references repositories,
    id        bigint generated always as identity,
    kind      text collate "C" not null,
    state     text collate "C" not null default 'pending' check (state in ('pending', 'running', 'parked')),
    attempts  int not null default 0,
    run_at    timestamptz not null,
    locked_at timestamptz,
    error     text,
    primary key (repo_id, id)
);
create unique index jobs_pending on jobs (repo_id, kind) where state = 'pending';
-- What may run now, and whose worker died.
create index jobs_due on jobs (state, run_at);

-- The results, each for the head of the default branch it was counted up to: the next push goes on from there. state
-- is what counting needs to go on, value what people see.
create table insights (
    repo_id    bigint not null references repositories,
    kind       text collate "C" not null,
    head       bytea not null,
    state      json not null,
    value      json not null,
    updated_at timestamptz not null default now(),
    primary key (repo_id, kind)
);
