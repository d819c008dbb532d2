-- The record of pushes, for people who want to know what took so long.

-- One row per stream that was let in, written when it has ended, whatever became of it; the last 1,000 of a repository
-- are kept. head is where the branch was left, null for a stream of objects only and for one that failed; phases and
-- phase_millis are parallel, in the order of the phases. Nothing else depends on these rows.
create table pushes (
    repo_id      bigint not null references repositories on delete cascade,
    id           bigint generated always as identity,
    user_id      bigint not null references users,
    branch       text collate "C" not null,
    objects_only boolean not null,
    started_at   timestamptz not null,
    millis       double precision not null,
    outcome      text collate "C" not null,
    head         bytea,
    stored       bigint not null,
    skipped      bigint not null,
    commits      bigint not null,
    phases       text[] not null,
    phase_millis double precision[] not null,
    primary key (repo_id, id),
    check (cardinality(phases) = cardinality(phase_millis))
);
