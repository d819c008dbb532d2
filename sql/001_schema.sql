-- The tables of the hub. An id is the 32 bytes of a SHA-256.
-- The primary key of what belongs to one repository begins with repo_id, so that these tables can be distributed by it.
-- The chain of foreign keys
--     branches -> commits -> snapshots -> snapshot_objects -> repository_objects -> objects
-- upholds I4: no row can refer to a row that is absent, and no row that is referred to can be removed. One arrow is no
-- key: that a snapshot has the rows of its objects is for the transaction that writes both (SnapshotChunks).
-- No other index of the tables in this chain begins with repo_id. PostgreSQL plans the check of a foreign key once per
-- session, perhaps while a table is empty, and must not take such an index for the primary key. Where it could, the
-- 10,000 commits of a push took 9 s to insert; now 1.6 s.
-- Text is compared by bytes (collate "C"): names are exact, whatever the locale of the server.

-- People and programs that own repositories. An operator may look inside the hub (health in detail, metrics).
-- quota_bytes bounds the raw bytes of the objects in all of a user's repositories; null means no limit.
create table users (
    id          bigint generated always as identity primary key,
    name        text collate "C" not null unique,
    operator    boolean not null default false,
    quota_bytes bigint check (quota_bytes >= 0),
    created_at  timestamptz not null default now(),
    disabled_at timestamptz
);

-- Bearer tokens. Only the SHA-256 of the secret is kept; its unique index finds the row of a token in a request.
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
-- The tokens of a user, and their number for the list of users.
create index tokens_by_user on tokens (user_id, id);

-- Ed25519 public keys of users. A commit names its key by key_id: 16 hex digits of the SHA-256 of the public key, as
-- Muse forms it. Two keys may share one.
create table signing_keys (
    id         bigint generated always as identity primary key,
    user_id    bigint not null references users,
    name       text collate "C" not null,
    public_key bytea not null unique check (octet_length(public_key) = 32),
    key_id     text collate "C" not null,
    created_at timestamptz not null default now()
);
-- The keys that the commits of a push name, in one query.
create index signing_keys_by_key_id on signing_keys (key_id);

-- Repositories, found by owner and slug. A deleted one has no owner: no name leads to it, and a collection removes it.
-- muse_id and domain are Muse's own (repo.json), given back to clones. refuse_polyglots null means: if public.
-- quota_bytes bounds the raw bytes of the repository's objects; null means no limit.
create table repositories (
    id               bigint generated always as identity primary key,
    owner_id         bigint references users,
    slug             text collate "C" not null,
    public           boolean not null default false,
    muse_id          text not null,
    domain           text not null,
    default_branch   text collate "C",
    signature_policy text collate "C" not null default 'off' check (signature_policy in ('off', 'warn', 'require')),
    refuse_polyglots boolean,
    quota_bytes      bigint check (quota_bytes >= 0),
    created_at       timestamptz not null default now(),
    pushed_at        timestamptz,
    deleted_at       timestamptz,
    unique (owner_id, slug),
    check ((owner_id is null) = (deleted_at is not null))
);
-- The public repositories, the latest activity first: the home page of the hub.
create index repositories_by_activity on repositories (coalesce(pushed_at, created_at), id) where public;

-- What others than the owner may do in a repository: a reader reads it while it is private, a writer also pushes, an
-- admin also changes settings and members. The scope of a token limits this further.
create table members (
    repo_id  bigint not null references repositories on delete cascade,
    user_id  bigint not null references users,
    role     text collate "C" not null check (role in ('reader', 'writer', 'admin')),
    added_at timestamptz not null default now(),
    primary key (repo_id, user_id)
);
-- The repositories that a user is a member of.
create index members_by_user on members (user_id, repo_id);

-- Objects: bytes that are durable in the store and were seen to have this hash. The row is the proof (I1).
-- segment and position say where: on disk the file and the offset in it (0 for a file of its own); in a bucket the
-- scope of the key and a negative number (disk.md, "Buckets").
-- lost_at: the bytes were found lost or damaged. A client that has them sends them again, which heals the row.
-- tombstoned_at: no repository has the object. Its bytes are about to be deleted, then this row. A push does not trust
-- such a row: it stores the bytes at another place, which revives the row, or waits until the row is gone.
create table objects (
    id            bytea primary key check (octet_length(id) = 32),
    size          bigint not null check (size >= 0),
    segment       uuid,
    position      bigint,
    stored_at     timestamptz not null default now(),
    lost_at       timestamptz,
    tombstoned_at timestamptz,
    check ((segment is null) = (position is null))
);
-- The lost objects of a repository, asked by each push and fetch. Nearly always empty.
create index objects_lost on objects (id) where lost_at is not null;
-- The tombstones that a collection removes. Nearly always empty.
create index objects_tombstoned on objects (id) where tombstoned_at is not null;

-- The places whose bytes a collection deletes: a key of a bucket, or a file of a disk (position 0, and an object_id of
-- zeros). gone is null until the bytes are deleted, then the number of that step. It says which records come too late:
-- those of bytes that were there before that step (ObjectRows.insert). A row is removed after some days.
create table swept_places (
    segment   uuid not null,
    position  bigint not null,
    object_id bytea not null check (octet_length(object_id) = 32),
    gone      bigint,
    at        timestamptz not null default now(),
    primary key (segment, position, object_id)
);
-- What a collection that was killed has left. Nearly always empty.
create index swept_places_unfinished on swept_places (at) where gone is null;

-- One row about the store of the objects. id stands in the store, too: a hub does not start with another store. It is
-- null until the first start. swept is the number of the last step of a collection that deleted bytes.
create table store (
    one   boolean primary key default true check (one),
    id    uuid,
    swept bigint not null default 0
);
insert into store default values;

-- Which repository was given which object. "Already stored" is answered from here alone (I5). A push gives objects
-- first and moves its branch last, so a collection takes an object back only when given_at is long ago.
create table repository_objects (
    repo_id   bigint not null references repositories,
    object_id bytea not null references objects,
    given_at  timestamptz not null default now(),
    primary key (repo_id, object_id)
);
-- Whether any repository has an object: asked by collections, and by the foreign key before an object is removed.
create index repository_objects_by_object on repository_objects (object_id);

-- Snapshots as differences: delta leads from base, or from nothing, to this one. chain_bytes is how much must be read
-- to rebuild it. Where that would exceed a whole manifest, manifest holds the whole (as a difference from nothing), so
-- reading stays within twice the size of the result. Both are msgpack, each id as 32 raw bytes (SnapshotBytes).
-- received_at protects the records of a push that has not moved its branch yet from a collection.
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
    received_at timestamptz not null default now(),
    primary key (repo_id, id),
    foreign key (repo_id, base) references snapshots (repo_id, id),
    check (base is not null or manifest is null)
);
-- The snapshots that are based on one: asked by collections, by fsck, and by the foreign key.
create index snapshots_by_base on snapshots (base, repo_id) where base is not null;

-- The objects that the difference of a snapshot brings in. Together with those of its base they are all it refers to.
create table snapshot_objects (
    repo_id     bigint not null,
    snapshot_id bytea not null,
    object_id   bytea not null,
    primary key (repo_id, snapshot_id, object_id),
    foreign key (repo_id, snapshot_id) references snapshots (repo_id, id),
    foreign key (repo_id, object_id) references repository_objects (repo_id, object_id)
);
-- Which snapshots refer to an object: asked by collections, and by the foreign key.
create index snapshot_objects_by_object on snapshot_objects (object_id, repo_id);

-- Commits. record is the whole commit as msgpack, every field as it was sent; the other columns are what queries need.
-- generation orders a history: the microseconds of the commit's time, but always more than its parents have
-- (Commit.generation). Lists go by falling generation, so children come before parents; walks and pages are bounded by it.
-- place is the commit's number on its line of first parents, 1 for the oldest. mark is the nearest commit below it on
-- that line whose place is a multiple of 256. A page walks from mark to mark, so it finds a place on a long branch fast.
-- title is the first line of the message, breaking whether breaking changes are recorded. words are those of the
-- message, those of the author with weight A, and one that names the repository, so that a search reads no others.
-- signature_state is what the hub found when the commit came in, signer_id the user whose key verified it.
create table commits (
    repo_id         bigint not null references repositories,
    id              bytea not null check (octet_length(id) = 32),
    snapshot_id     bytea not null,
    parent1         bytea,
    parent2         bytea,
    generation      bigint not null,
    place           bigint not null,
    mark            bytea,
    committed_at    timestamptz not null,
    author          text not null,
    agent_id        text not null,
    model_id        text not null,
    sem_ver_bump    text not null,
    title           text not null,
    breaking        boolean not null,
    words           tsvector not null,
    signature_state text collate "C" not null
        check (signature_state in ('none', 'verified', 'unknown-key', 'invalid', 'unverifiable')),
    signer_id       bigint references users,
    record          bytea not null,
    received_at     timestamptz not null default now(),
    primary key (repo_id, id),
    foreign key (repo_id, snapshot_id) references snapshots (repo_id, id),
    foreign key (repo_id, parent1) references commits (repo_id, id),
    foreign key (repo_id, parent2) references commits (repo_id, id)
);
-- The commits of a snapshot: asked by collections, and by the foreign key.
create index commits_by_snapshot on commits (snapshot_id, repo_id);
-- The children of a commit: asked by its page, by collections, and by the foreign keys.
create index commits_by_parent1 on commits (parent1, repo_id) where parent1 is not null;
create index commits_by_parent2 on commits (parent2, repo_id) where parent2 is not null;
-- The commits that have some words.
create index commits_by_words on commits using gin (words);

-- Branch heads. A push moves its branch once, at its end, under a lock (I6).
create table branches (
    repo_id    bigint not null references repositories,
    name       text collate "C" not null,
    head       bytea not null,
    updated_at timestamptz not null default now(),
    primary key (repo_id, name),
    foreign key (repo_id, head) references commits (repo_id, id)
);
-- The branches whose head is a commit: asked by lists of commits, by collections, and by the foreign key.
create index branches_by_head on branches (head, repo_id);

-- Every move of every branch: who, when, from where to where. Heads are remembered by id only, so a commit can be
-- removed without a change to the log.
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
-- The latest moves of one branch.
create index reflog_by_branch on reflog (repo_id, branch, id);

-- Tags: labels on commits. Their names need not be unique, their UUIDs are. record is the file's content as msgpack.
create table tags (
    repo_id   bigint not null references repositories,
    id        uuid not null,
    commit_id bytea not null,
    tag       text not null,
    record    bytea not null,
    primary key (repo_id, id),
    foreign key (repo_id, commit_id) references commits (repo_id, id)
);
-- The tags of a commit: asked by lists of commits, by collections, and by the foreign key.
create index tags_by_commit on tags (commit_id, repo_id);
-- A tag by its name, in the address of a page.
create index tags_by_name on tags (tag, repo_id);

-- Releases: the same columns and the same questions.
create table releases (
    repo_id   bigint not null references repositories,
    id        uuid not null,
    commit_id bytea not null,
    tag       text not null,
    record    bytea not null,
    -- Whether the record has is_draft: true, in msgpack. Names of drafts stand nowhere but in the list of releases.
    draft     boolean not null generated always as (position('\xa869735f6472616674c3' in record) > 0) stored,
    primary key (repo_id, id),
    foreign key (repo_id, commit_id) references commits (repo_id, id)
);
create index releases_by_commit on releases (commit_id, repo_id);
create index releases_by_name on releases (tag, repo_id);

-- Comments on commits. A commit's own text never changes, so they stand beside it; they are removed with their commit.
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
-- The comments on a commit.
create index comments_by_commit on comments (commit_id, repo_id);

-- The log of pushes: one row for each stream that was let in, written at its end, whatever the outcome. The last 1,000
-- of a repository are kept. head is where the push left the branch; null for a stream of objects only or a failure.
-- phases and phase_millis are parallel, in the order of the phases. No other table refers to these rows.
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

-- The queue of what is computed after a push, one row for each piece of work. A job that keeps failing is parked with
-- its last error. attempts grows each time a worker takes the job: a worker that was given up for dead finds another
-- number, and may not write.
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
-- While a job of a kind is pending, another push adds none; and no kind runs twice at once for a repository.
create unique index jobs_pending on jobs (kind, repo_id) where state = 'pending';
create unique index jobs_running on jobs (kind, repo_id) where state = 'running';
-- The jobs that may run now, and those whose worker was lost.
create index jobs_due on jobs (state, run_at);

-- What jobs have counted, up to one head of the default branch; the next job goes on from there. state is what counting
-- needs to go on, value what people see. head is null while the first counting is under way.
create table insights (
    repo_id    bigint not null references repositories,
    kind       text collate "C" not null,
    head       bytea,
    state      json not null,
    value      json not null,
    updated_at timestamptz not null default now(),
    primary key (repo_id, kind)
);

-- The earliest day on which a commit of the default branch brought an object in: the day that size growth counts it
-- under. Without it a revert or a merge would count the same bytes again. About 100 bytes for each object.
create table objects_first_seen (
    repo_id   bigint not null references repositories,
    object_id bytea not null,
    day       date not null,
    primary key (repo_id, object_id)
);
