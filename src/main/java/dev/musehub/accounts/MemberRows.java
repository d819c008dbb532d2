package dev.musehub.accounts;

import dev.musehub.core.model.Role;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Who may do what in a repository beside its owner. */
public final class MemberRows {

    /** A member of a repository. */
    public record Member(String user, Role role) { }

    private MemberRows() {
    }

    /** The members by name, {@code most} of them. */
    public static List<Member> of(Connection c, long repoId, int most) throws SQLException {
        String sql = """
                select u.name, m.role from members m join users u on u.id = m.user_id
                where m.repo_id = ? order by u.name limit ?
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setInt(2, most);
            List<Member> members = new ArrayList<>();
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    members.add(new Member(r.getString(1), Role.of(r.getString(2))));
                }
            }
            return members;
        }
    }

    /** Gives a user a role, instead of the one it had; false where there is no such user. */
    public static boolean add(Connection c, long repoId, String user, Role role) throws SQLException {
        String sql = """
                insert into members (repo_id, user_id, role) select ?, id, ? from users where name = ?
                on conflict (repo_id, user_id) do update set role = excluded.role
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, role.text());
            s.setString(3, user);
            return s.executeUpdate() > 0;
        }
    }

    /** Takes a user's role away; false where it had none. */
    public static boolean remove(Connection c, long repoId, String user) throws SQLException {
        String sql = """
                delete from members where repo_id = ? and user_id = (select id from users where name = ?)
                """;
        try (PreparedStatement s = c.prepareStatement(sql)) {
            s.setLong(1, repoId);
            s.setString(2, user);
            return s.executeUpdate() > 0;
        }
    }
}
