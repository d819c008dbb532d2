-- What a repository asks of pushes, who signs, and the tags and releases that travel with a history.

-- Policies of a repository. refuse_polyglots null means: where the repository is public. Quotas are raw bytes of the
-- objects it was given; null means none.
alter table repositories
    add column signature_policy text collate "C" not null default 'off'
        check (signature_policy in ('off', 'warn', 'require')),
    add column refuse_polyglots boolean,
    add column quota_bytes bigint check (quota_bytes >= 0);
alter table users
    add column quota_bytes bigint check (quota_bytes >= 0);

-- Ed25519 public keys of users. key_id is what a commit names its key by: 16 hex digits of the key's SHA-256, as Muse
-- forms it; the index finds the candidates of a push in one query.
create table signing_keys (
    id         bigint generated always as identity primary key,
    user_id    bigint not null references users,
    name       text collate "C" not null,
    public_key bytea not null unique check (octet_length(public_key) = 32),
    key_id     text collate "C" not null,
    created_at timestamptz not null default now()
);
create index signing_keys_by_key_id on signing_keys (key_id);

-- What the hub found when a commit came in. The partial indexes answer "which agents wrote this".
alter table commits
    add column signature_state text collate "C" not null default 'none'
        check (signature_state in ('none', 'verified', 'unknown-key', 'invalid', 'unverifiable')),
    add column signer_id bigint references users;
create index commits_by_agent on commits (repo_id, agent_id, model_id) where agent_id <> '';

-- Tags are labels on commits; their names need not be unique, their UUIDs are. record is the file's content as msgpack.
create table tags (
    repo_id   bigint not null references repositories,
    id        uuid not null,
    commit_id bytea not null,
    tag       text not null,
    record    bytea not null,
    primary key (repo_id, id),
    foreign key (repo_id, commit_id) references commits (repo_id, id)
);
create index tags_by_commit on tags (commit_id, repo_id);

-- Releases, likewise.
create table releases (
    repo_id   bigint not null references repositories,
    id        uuid not null,
    commit_id bytea not null,
    tag       text not null,
    record    bytea not null,
    primary key (repo_id, id),
    foreign key (repo_id, commit_id) references commits (repo_id, id)
);
create index releases_by_commit on releases (commit_id, repo_id);
