package dev.musehub.server.browser;

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
import dev.musehub.server.access.Access;
import dev.musehub.server.access.Session;
import dev.musehub.server.api.MemberRoutes;
import dev.musehub.server.api.OwnerRoutes;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The settings of a repository in a browser: the page, and its forms, which do what the endpoints for programs do. */
public final class SettingsRoutes {

    private final Pool pool;
    private final Access access;
    private final OwnerRoutes owners;
    private final MemberRoutes members;
    private final AccountRoutes account;

    public SettingsRoutes(Pool pool, Access access, OwnerRoutes owners, MemberRoutes members) {
        this.pool = pool;
        this.access = access;
        this.owners = owners;
        this.members = members;
        this.account = new AccountRoutes(pool, owners);
    }

    /** What {@code path} leads to; empty where it is no page of these. */
    Optional<PageRoutes.PageHandler> route(Exchange call, List<String> path) {
        if (path.size() >= 2 && path.getFirst().equals("-")) {
            return account.route(call, path);
        }
        if (path.size() < 3 || !path.get(2).equals("settings")) {
            return Optional.empty();
        }
        boolean form = PageRoutes.isForm(call);
        return switch (String.join("/", path.subList(3, path.size()))) {
            case "" -> form ? Optional.of(session -> sent(call, session, "Saved.", this::change))
                    : PageRoutes.when(PageRoutes.wantsPage(call) && !call.method().equals("POST"),
                            session -> show(call, session));
            case "members" -> PageRoutes.when(form, session -> sent(call, session, "Members changed.",
                    (repository, fields) -> members.add(repository, field(fields, "user"), field(fields, "role"))));
            case "members/remove" -> PageRoutes.when(form, session -> sent(call, session, "Members changed.",
                    (repository, fields) -> members.remove(repository, field(fields, "user"))));
            case "delete" -> PageRoutes.when(form, session -> delete(call, session));
            default -> Optional.empty();
        };
    }

    /** Only to whoever may read the repository a refusal tells that it exists. */
    private Repository repository(Exchange call, Session session) throws SQLException {
        String owner = call.path().get(0);
        String slug = call.path().get(1);
        access.readable(session.viewer(), owner, slug);
        Account viewer = session.viewer().orElseThrow(() -> new Problem(Problem.Code.UNAUTHENTICATED,
                "you are not signed in"));
        return access.owned(viewer, owner, slug);
    }

    private void show(Exchange call, Session session) throws IOException, SQLException {
        Repository repository = repository(call, session);
        FormNotice told = call.query("done").filter("1"::equals).map(_ -> new FormNotice("Saved.", false)).orElse(FormNotice.NOTHING);
        PageRoutes.page(call, 200, page(call, session, repository, told));
    }

    private String page(Exchange call, Session session, Repository repository, FormNotice told) throws SQLException {
        Collection<String> branches;
        long bytes;
        try (Connection c = pool.acquire("settings")) {
            branches = BranchRows.heads(c, repository.id()).keySet();
            bytes = ObjectRows.bytesOfRepository(c, repository.id());
        }
        return new SettingsPage(PageRoutes.visit(call, session), repository).page(branches, bytes,
                members.members(repository), owns(session, repository), told);
    }

    private static boolean owns(Session session, Repository repository) {
        return session.viewer().filter(viewer -> viewer.userId() == repository.ownerId()).isPresent();
    }

    /** What a form asks for. */
    private interface SettingsChange {
        void make(Repository repository, Map<String, String> fields) throws SQLException;
    }

    private void sent(Exchange call, Session session, String done, SettingsChange change) throws IOException, SQLException {
        Map<String, String> fields = session.form(call);
        Repository repository = repository(call, session);
        try {
            change.make(repository, fields);
        } catch (Problem e) {
            PageRoutes.page(call, e.code().status(), page(call, session, repository, new FormNotice(e.getMessage(), true)));
            return;
        }
        PageRoutes.redirect(call, Links.of(repository).settings() + "?done=1");
    }

    /** Sends on only what differs from what is: a policy that follows another is not pinned by saving the form. */
    private void change(Repository repository, Map<String, String> fields) throws SQLException {
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
        changes.put("quota_bytes", quota(fields.getOrDefault("quota", "").strip()));
        owners.change(repository, changes.build());
    }

    /** Bytes of a number of MB, negative for none. */
    private static long quota(String megabytes) {
        if (megabytes.isEmpty()) {
            return -1;
        }
        if (!megabytes.matches("[0-9]{1,12}([.][0-9]{1,6})?")) {
            throw new Problem(Problem.Code.BAD_REQUEST, "the quota must be a number of MB, or empty for no limit");
        }
        return new BigDecimal(megabytes).movePointRight(6).longValueExact();
    }

    private static String field(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "").strip();
    }

    private void delete(Exchange call, Session session) throws IOException, SQLException {
        Map<String, String> fields = session.form(call);
        Repository repository = repository(call, session);
        access.deletable(session.viewer().orElseThrow(), repository.owner(), repository.slug());
        if (!field(fields, "name").equals(repository.name())) {
            FormNotice told = new FormNotice("Nothing was deleted: what you typed is not " + repository.name() + ".", true);
            PageRoutes.page(call, 400, page(call, session, repository, told));
            return;
        }
        owners.delete(repository);
        PageRoutes.redirect(call, "/");
    }
}
