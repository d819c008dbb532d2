package dev.musehub.pages.repository;

import dev.musehub.accounts.MemberRows.Member;
import dev.musehub.core.model.Role;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.rows.RepositoryRows.SignaturePolicy;
import dev.musehub.pages.FormNotice;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markup;
import dev.musehub.pages.Page;
import dev.musehub.pages.Visit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The settings of a repository, as forms. */
public final class SettingsPage {

    /** Branches in the menu for the default one. */
    private static final int BRANCHES = 1000;

    private static final List<Role> ROLES = List.of(Role.READER, Role.WRITER, Role.ADMIN);

    private final Visit visit;
    private final Repository repository;
    private final String address;

    /** The page of {@code repository}. The reader may change its settings. */
    public SettingsPage(Visit visit, Repository repository) {
        this.visit = visit;
        this.repository = repository;
        this.address = Links.of(repository).settings();
    }

    /**
     * The page.
     *
     * @param branches the names of its branches
     * @param bytes what it uses of its quota
     * @param owner whether the reader owns it; only the owner may delete it
     * @param notice the result of the form that was sent before
     */
    public Page page(Collection<String> branches, long bytes, List<Member> members, boolean owner, FormNotice notice) {
        return new Page("Settings", Markup.of("""
                <h1>Settings</h1>{}{}{}{}""", notice.markup(), general(branches, bytes), members(members),
                owner ? deletion() : Markup.NONE));
    }

    private Markup general(Collection<String> branches, long bytes) {
        List<Markup> names = new ArrayList<>();
        branches.stream().limit(BRANCHES).forEach(name -> names.add(option(name, name, repository.defaultBranch()
                .filter(name::equals).isPresent())));
        String quota = repository.policy().quotaBytes().map(limit -> " of " + megabytes(limit)).orElse("");
        return Markup.of("""
                <form method="post" action="{}" class="settings"><input type="hidden" name="csrf" value="{}">
                <div><label for="public">Who may read</label>
                <select id="public" name="public">{}{}</select></div>
                <div><label for="branch">Default branch</label>
                <select id="branch" name="default_branch" {}>{}</select>
                <p class="quiet">What a clone checks out, and what insights are about.</p></div>
                <div><label for="signatures">Signatures of pushed commits</label>
                <select id="signatures" name="signatures">{}</select></div>
                <div><label for="polyglots">Files of two formats at once, such as an image that is a script too</label>
                <select id="polyglots" name="refuse_polyglots">{}{}</select></div>
                <p class="quiet">{}{} MB are used. Quotas are set by the operator of the hub.</p>
                <button>Save</button></form>
                """, address, visit.csrf(), option("false", "Its owner and members: private", !repository.open()),
                option("true", "Everybody: public", repository.open()), Markup.of("disabled").when(names.isEmpty()),
                names, signatures(), option("true", "are refused", repository.policy().refusePolyglots()),
                option("false", "are accepted", !repository.policy().refusePolyglots()),
                megabytes(bytes), quota);
    }

    private List<Markup> signatures() {
        List<Markup> options = new ArrayList<>();
        for (SignaturePolicy policy : SignaturePolicy.values()) {
            options.add(option(policy.name().toLowerCase(Locale.ROOT), switch (policy) {
                case OFF -> "do not matter";
                case WARN -> "are missed with a warning";
                case REQUIRE -> "are required";
            }, policy == repository.policy().signatures()));
        }
        return options;
    }

    private Markup members(List<Member> members) {
        Markup nobody = Markup.of("<tr><td colspan=\"3\" class=\"quiet\">Nobody else yet.</td></tr>");
        return Markup.of("""
                <section aria-labelledby="members"><h2 id="members">Members</h2>
                <p>A reader sees this repository, a writer pushes to it, an admin changes its settings and members. \
                {} owns it and may do everything.</p>
                <table class="rows"><thead><tr><th>Member</th><th>Role</th><td></td></tr></thead><tbody>
                {}</tbody></table>
                <h3>Add a member</h3>
                <form method="post" action="{}/members" class="line"><input type="hidden" name="csrf" value="{}">
                <div><label for="user">User</label><input id="user" name="user" required maxlength="64" \
                autocapitalize="none" spellcheck="false"></div>
                <div><label for="role">Role</label><select id="role" name="role">{}</select></div>
                <button>Add</button></form></section>
                """, repository.owner(), members.isEmpty() ? nobody
                        : Markup.join(members.stream().map(this::member).toList()),
                address, visit.csrf(), roles(Role.READER));
    }

    private Markup member(Member member) {
        return Markup.of("""
                <tr><td>{}</td><td><form method="post" action="{}/members" class="line">\
                <input type="hidden" name="csrf" value="{}"><input type="hidden" name="user" value="{}">\
                <select name="role" aria-label="Role of {}">{}</select> <button class="plain">Change</button></form>\
                </td>
                <td><form method="post" action="{}/members/remove"><input type="hidden" name="csrf" value="{}">\
                <input type="hidden" name="user" value="{}">\
                <button class="plain" aria-label="Remove {}">Remove</button></form></td></tr>
                """, member.user(), address, visit.csrf(), member.user(), member.user(), roles(member.role()),
                address, visit.csrf(), member.user(), member.user());
    }

    private static List<Markup> roles(Role chosen) {
        return ROLES.stream().map(role -> option(role.text(), role.text(), role == chosen)).toList();
    }

    private Markup deletion() {
        return Markup.of("""
                <section aria-labelledby="delete" class="danger"><h2 id="delete">Delete this repository</h2>
                <p>All of it is gone at once for everybody, and cannot be brought back here: branches, tags, releases, \
                comments, members. Its bytes go with a later collection, unless other repositories have them too.</p>
                <form method="post" action="{}/delete"><input type="hidden" name="csrf" value="{}">
                <label for="name">Type <b>{}</b> to delete it</label>
                <input id="name" name="name" required autocomplete="off" autocapitalize="none" spellcheck="false">
                <button class="delete">Delete</button></form></section>
                """, address, visit.csrf(), repository.name());
    }

    static Markup option(String value, String text, boolean chosen) {
        return Markup.of("<option value=\"{}\" {}>{}</option>", value, Markup.of("selected").when(chosen), text);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / 1e6);
    }
}
