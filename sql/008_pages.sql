-- What the pages ask beside what programs do.

-- The public repositories, the latest activity first: the home page of whoever comes by. A repository's own people find
-- it by its owner or by their membership.
create index repositories_by_activity on repositories (coalesce(pushed_at, created_at), id) where public;

-- A tag or a release by its name, in the address of a page.
create index tags_by_name on tags (tag, repo_id);
create index releases_by_name on releases (tag, repo_id);
