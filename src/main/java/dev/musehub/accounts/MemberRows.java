package dev.musehub.accounts;

import dev.musehub.core.model.Role;
import dev.musehub.core.rows.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Who may do what in a repository beside its owner. */
public final class MemberRows {

    /** A member of a repository. */
    public record Member(String user, Role role) { }

    private MemberRows() {
    }

    /** The members by name, {@code most} of them. */
    public static List<Member> of(Connection c, long repoId, int most) throws SQLException {
        return Sql.of(c, """
                select u.name, m.role from members m join users u on u.id = m.user_id
                where m.repo_id = ? order by u.name limit ?
                """).with(repoId, most).list(r -> new Member(r.getString(1), Role.of(r.getString(2))));
    }

    /** Gives a user a role, instead of the one it had; false where there is no such user. */
    public static boolean add(Connection c, long repoId, String user, Role role) throws SQLException {
        return Sql.of(c, """
                insert into members (repo_id, user_id, role) select ?, id, ? from users where name = ?
                on conflict (repo_id, user_id) do update set role = excluded.role
                """).with(repoId, role.text(), user).update() > 0;
    }

    /** Takes a user's role away; false where it had none. */
    public static boolean remove(Connection c, long repoId, String user) throws SQLException {
        return Sql.of(c, """
                delete from members where repo_id = ? and user_id = (select id from users where name = ?)
                """).with(repoId, user).update() > 0;
    }
}
