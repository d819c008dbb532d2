-- What repair and collection need to know.

-- wanted_at: the bytes were found lost or damaged; whoever has them is asked to send them again, and that heals the row.
-- dying_at: a tombstone. Nobody refers to the object, its bytes are about to be deleted, then the row. No push trusts such
-- a row: it stores the bytes anew elsewhere, which revives it, or waits until it is gone.
alter table objects
    add column wanted_at timestamptz,
    add column dying_at timestamptz;
-- "What is wanted", "what is half-collected": both are nearly always empty.
create index objects_wanted on objects (id) where wanted_at is not null;
create index objects_dying on objects (id) where dying_at is not null;

-- Since when something may lie here without anybody referring to it: a push puts bytes and records first and moves its
-- branch last, and must not be collected in between.
alter table repository_objects add column given_at timestamptz not null default now();
alter table snapshots add column received_at timestamptz not null default now();
alter table commits add column received_at timestamptz not null default now();
