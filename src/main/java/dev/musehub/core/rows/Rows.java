package dev.musehub.core.rows;

import dev.musehub.core.model.Sha256;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/** Ids in and out of JDBC. */
public final class Rows {

    private Rows() {
    }

    /** A {@code bytea[]} of ids: bulk work goes through arrays, never row by row. */
    public static Array ids(Connection c, Collection<Sha256> ids) throws SQLException {
        return c.createArrayOf("bytea", ids.stream().map(Sha256::bytes).toArray(byte[][]::new));
    }

    public static Sha256 id(ResultSet r, int column) throws SQLException {
        return Sha256.ofBytes(r.getBytes(column));
    }

    public static Optional<Sha256> optionalId(ResultSet r, int column) throws SQLException {
        return Optional.ofNullable(r.getBytes(column)).map(Sha256::ofBytes);
    }

    public static void setId(PreparedStatement s, int parameter, Optional<Sha256> id) throws SQLException {
        s.setBytes(parameter, id.map(Sha256::bytes).orElse(null));
    }
}
