package dev.musehub.server.browser;

import dev.musehub.accounts.Members;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.BranchRows;
import dev.musehub.core.rows.ObjectRows;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.pages.FormNotice;
import dev.musehub.pages.Links;
import dev.musehub.pages.repository.SettingsPage;
import dev.musehub.repositories.RepositorySettings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The page of settings of a repository, and its forms. */
public final class SettingsRoutes {

    private final Pool pool;
    private final RepositorySettings settings;
    private final Members members;

    public SettingsRoutes(Pool pool, RepositorySettings settings) {
        this.pool = pool;
        this.settings = settings;
        this.members = new Members(pool);
    }

    /** {@code GET settings}. */
    public PageAnswer page(PageRequest request) throws SQLException {
        return page(request, repository(request), 200, FormNotice.done(request.query("done"), "Saved."));
    }

    /** {@code POST settings}. */
    public PageAnswer save(PageRequest request) throws IOException, SQLException {
        return change(request, this::save);
    }

    /** {@code POST settings/members}. */
    public PageAnswer addMember(PageRequest request) throws IOException, SQLException {
        return change(request, (repository, form) -> members.add(repository, field(form, "user"), field(form, "role")));
    }

    /** {@code POST settings/members/remove}. */
    public PageAnswer removeMember(PageRequest request) throws IOException, SQLException {
        return change(request, (repository, form) -> members.remove(repository, field(form, "user")));
    }

    /** {@code POST settings/delete}. */
    public PageAnswer delete(PageRequest request) throws SQLException {
        Map<String, String> form = request.form();
        Repository repository = repository(request);
        request.access().deletable(request.session().viewer().orElseThrow(), repository.owner(), repository.slug());
        if (!field(form, "name").equals(repository.name())) {
            return page(request, repository, 400, new FormNotice("Nothing was deleted: what you typed is not "
                    + repository.name() + ".", true));
        }
        settings.delete(repository);
        return new PageAnswer.Redirect("/");
    }

    /** The repository, for changing it. Only a reader of it learns from a refusal that it exists. */
    private static Repository repository(PageRequest request) throws SQLException {
        Repository readable = request.repository();
        Account viewer = request.session().viewer().orElseThrow(() -> new Problem(Problem.Code.UNAUTHENTICATED,
                "you are not signed in"));
        return request.access().owned(viewer, readable.owner(), readable.slug());
    }

    private PageAnswer page(PageRequest request, Repository repository, int status, FormNotice notice)
            throws SQLException {
        Collection<String> branches;
        long bytes;
        try (Connection c = pool.acquire("settings")) {
            branches = BranchRows.heads(c, repository.id()).keySet();
            bytes = ObjectRows.bytesOfRepository(c, repository.id());
        }
        boolean owner = request.session().viewer().map(Account::userId)
                .filter(id -> id == repository.ownerId()).isPresent();
        return new PageAnswer.FramedPage(status, Optional.of(repository), new SettingsPage(request.visit(), repository)
                .page(branches, bytes, members.list(repository), owner, notice));
    }

    /** What a form asks for. */
    private interface SettingsChange {
        void make(Repository repository, Map<String, String> form) throws IOException, SQLException;
    }

    private PageAnswer change(PageRequest request, SettingsChange change) throws IOException, SQLException {
        Map<String, String> form = request.form();
        Repository repository = repository(request);
        try {
            change.make(repository, form);
        } catch (Problem e) {
            return page(request, repository, e.code().status(), new FormNotice(e.getMessage(), true));
        }
        return new PageAnswer.Redirect(Links.of(repository).settings() + "?done=1");
    }

    /** Changes only what differs: saving the form must not fix a policy that follows a default. */
    private void save(Repository repository, Map<String, String> fields) throws IOException, SQLException {
        Value.Builder changes = Value.dict();
        boolean open = field(fields, "public").equals("true");
        if (open != repository.open()) {
            changes.put("public", open);
        }
        boolean refuse = field(fields, "refuse_polyglots").equals("true");
        if (refuse != repository.policy().refusePolyglots()) {
            changes.put("refuse_polyglots", refuse);
        }
        String signatures = field(fields, "signatures");
        if (!signatures.equals(repository.policy().signatures().name().toLowerCase(Locale.ROOT))) {
            changes.put("signatures", signatures);
        }
        String branch = fields.getOrDefault("default_branch", "");
        if (!branch.isEmpty() && !repository.defaultBranch().equals(Optional.of(branch))) {
            changes.put("default_branch", branch);
        }
        settings.change(repository, changes.build());
    }

    private static String field(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "").strip();
    }
}
