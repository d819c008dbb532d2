-- The records of the hub. Ids are the 32 bytes of a SHA-256. Keys of what belongs to one repository begin with
-- repo_id, so that these tables can be distributed by it. The chain of foreign keys
--     branches -> commits -> snapshots -> snapshot_objects -> repository_objects -> objects
-- makes a ghost impossible: nothing can point at what is not there, and nothing pointed at can be removed (I4).
-- Only primary keys begin with repo_id, other indexes end with it: PostgreSQL plans the checks of foreign keys once per
-- session, perhaps while a table is empty, and must not be able to mistake another index for the primary key's.
-- (Where it could, the commits of a 10,000-commit push took 9 s to insert; now 1.6 s.)
-- Text is compared by bytes (collate "C"): names are exact, whatever the locale of the server.

-- People and programs that own repositories.
create table users (
    id          bigint generated always as identity primary key,
    name        text collate "C" not null unique,
    created_at  timestamptz not null default now(),
    disabled_at timestamptz
);

-- Bearer tokens: only the SHA-256 of the secret is kept. The unique index finds the row of a presented token.
create table tokens (
    id           bigint generated always as identity primary key,
    user_id      bigint not null references users,
    name         text collate "C" not null,
    hash         bytea not null unique check (octet_length(hash) = 32),
    scope        text collate "C" not null check (scope in ('read', 'write', 'admin')),
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz
);

-- Repositories, found by owner and slug. muse_id and domain are Muse's own (repo.json), given back to clones.
create table repositories (
    id             bigint generated always as identity primary key,
    owner_id       bigint not null references users,
    slug           text collate "C" not null,
    public         boolean not null default false,
    muse_id        text not null,
    domain         text not null,
    default_branch text collate "C",
    created_at     timestamptz not null default now(),
    pushed_at      timestamptz,
    unique (owner_id, slug)
);

-- Bytes that are durable in the store and were seen to have this hash: the row is the proof (I1), and no path asks
-- the store again. segment and position say where the disk store keeps them; both are null in an S3 bucket, where
-- the id is the key.
create table objects (
    id         bytea primary key check (octet_length(id) = 32),
    size       bigint not null check (size >= 0),
    segment    uuid,
    position   bigint,
    stored_at  timestamptz not null default now(),
    check ((segment is null) = (position is null))
);

-- Which repository was given which object: "already stored" is answered from here alone (I5). Turned around, the
-- key serves the question whether any repository still holds an object.
create table repository_objects (
    repo_id   bigint not null references repositories,
    object_id bytea not null references objects,
    primary key (repo_id, object_id)
);
create index repository_objects_by_object on repository_objects (object_id);

-- Snapshots as differences. delta leads from base to this one; chain_bytes is what must be read to rebuild it from
-- the last full manifest, and where that would exceed a full one, manifest holds the full one (as a difference from
-- nothing), so that reading stays within twice the size of the result. Both are msgpack, as on the wire.
create table snapshots (
    repo_id     bigint not null references repositories,
    id          bytea not null check (octet_length(id) = 32),
    base        bytea,
    entries     int not null,
    delta       bytea not null,
    manifest    bytea,
    chain_bytes bigint not null,
    key_order   bytea,
    created_at  text not null,
    primary key (repo_id, id),
    foreign key (repo_id, base) references snapshots (repo_id, id),
    check (base is not null or manifest is null)
);
create index snapshots_by_base on snapshots (base, repo_id) where base is not null;

-- The objects a snapshot's difference brings in: with those of its base, all it refers to. The second index answers
-- "who still refers to this object" when one is to be removed.
create table snapshot_objects (
    repo_id     bigint not null,
    snapshot_id bytea not null,
    object_id   bytea not null,
    primary key (repo_id, snapshot_id, object_id),
    foreign key (repo_id, snapshot_id) references snapshots (repo_id, id),
    foreign key (repo_id, object_id) references repository_objects (repo_id, object_id)
);
create index snapshot_objects_by_object on snapshot_objects (object_id, repo_id);

-- Commits. record is the whole commit as msgpack, every field as it was sent; the columns are what queries need.
-- generation is 1 + the largest of the parents': it orders parents before children and bounds ancestry walks.
create table commits (
    repo_id      bigint not null references repositories,
    id           bytea not null check (octet_length(id) = 32),
    snapshot_id  bytea not null,
    parent1      bytea,
    parent2      bytea,
    generation   bigint not null,
    committed_at timestamptz not null,
    author       text not null,
    agent_id     text not null,
    model_id     text not null,
    sem_ver_bump text not null,
    record       bytea not null,
    primary key (repo_id, id),
    foreign key (repo_id, snapshot_id) references snapshots (repo_id, id),
    foreign key (repo_id, parent1) references commits (repo_id, id),
    foreign key (repo_id, parent2) references commits (repo_id, id)
);
create index commits_by_snapshot on commits (snapshot_id, repo_id);
create index commits_by_parent1 on commits (parent1, repo_id) where parent1 is not null;
create index commits_by_parent2 on commits (parent2, repo_id) where parent2 is not null;

-- Branch heads, moved once per push under a row lock (I6).
create table branches (
    repo_id    bigint not null references repositories,
    name       text collate "C" not null,
    head       bytea not null,
    updated_at timestamptz not null default now(),
    primary key (repo_id, name),
    foreign key (repo_id, head) references commits (repo_id, id)
);
create index branches_by_head on branches (head, repo_id);

-- Every move of every branch: who, when, from where to where. Old heads are remembered by id only, so that a collected
-- commit does not need its log entry rewritten.
create table reflog (
    repo_id  bigint not null references repositories,
    id       bigint generated always as identity,
    branch   text collate "C" not null,
    old_head bytea,
    new_head bytea,
    forced   boolean not null,
    user_id  bigint not null references users,
    at       timestamptz not null default now(),
    primary key (repo_id, id)
);
create index reflog_by_branch on reflog (repo_id, branch, id);
