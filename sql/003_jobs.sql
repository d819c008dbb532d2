-- What is computed after a push, and the queue of who shall compute it.

-- One row per piece of work. A push adds one per kind in one statement; a row that keeps failing is parked with its last
-- error. attempts grows with each taking: who was taken for lost and comes back finds another number, and may not write.
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
-- While one of a kind is pending, another push adds nothing; and no kind runs twice at once.
create unique index jobs_pending on jobs (kind, repo_id) where state = 'pending';
create unique index jobs_running on jobs (kind, repo_id) where state = 'running';
-- What may run now, and whose worker died.
create index jobs_due on jobs (state, run_at);

-- The results, each for the head of the default branch it was counted up to: the next push goes on from there. state
-- is what counting needs to go on, value what people see; head is null while the first counting is under way.
create table insights (
    repo_id    bigint not null references repositories,
    kind       text collate "C" not null,
    head       bytea,
    state      json not null,
    value      json not null,
    updated_at timestamptz not null default now(),
    primary key (repo_id, kind)
);

-- The earliest day on which a commit of the default branch brought an object in: what size growth has counted it under.
-- Without it a revert or a merge would count the same bytes again. About 100 bytes per object.
create table objects_first_seen (
    repo_id   bigint not null references repositories,
    object_id bytea not null,
    day       date not null,
    primary key (repo_id, object_id)
);
