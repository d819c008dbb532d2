-- Who else may do something in a repository, and who runs the hub.

-- What colleagues may do: reader reads what is private, writer pushes, admin changes settings and members too. The owner
-- needs no row. A token's scope bounds it further. The index answers "what was I given access to".
create table members (
    repo_id  bigint not null references repositories on delete cascade,
    user_id  bigint not null references users,
    role     text collate "C" not null check (role in ('reader', 'writer', 'admin')),
    added_at timestamptz not null default now(),
    primary key (repo_id, user_id)
);
create index members_by_user on members (user_id, repo_id);

-- Operators may look inside the hub (health in detail, metrics). The first user is who set it up.
alter table users add column operator boolean not null default false;
update users set operator = true where id = (select min(id) from users);

-- The tokens of a user, for its list.
create index tokens_by_user on tokens (user_id, id);

-- A repository that was deleted belongs to nobody: no name leads to it any more, and a collection removes it.
alter table repositories
    alter column owner_id drop not null,
    add column deleted_at timestamptz,
    add check ((owner_id is null) = (deleted_at is not null));
