package dev.musehub.core.rows;

import dev.musehub.core.model.Sha256;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One statement and its parameters. The SQL stands beside the method that runs it; the transaction is the caller's. The
 * last call of a chain prepares the statement, runs it and closes it.
 */
public final class Sql {

    /** Makes one value of the current row. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(ResultSet r) throws SQLException;
    }

    /** Does something with the current row. */
    @FunctionalInterface
    public interface RowVisitor {
        void visit(ResultSet r) throws SQLException;
    }

    private record ArrayParameter(String type, Object[] values) { }

    private final Connection connection;
    private final String text;
    private final List<Object> parameters = new ArrayList<>();

    private Sql(Connection connection, String text) {
        this.connection = connection;
        this.text = text;
    }

    public static Sql of(Connection c, String text) {
        return new Sql(c, text);
    }

    /** The next parameters, in order. An id is sent as its 32 bytes, an empty optional as null. */
    public Sql with(Object... values) {
        parameters.addAll(List.of(values));
        return this;
    }

    /** The next parameter, a {@code bytea[]} of ids: bulk work goes through arrays, never row by row. */
    public Sql ids(Collection<Sha256> ids) {
        return column("bytea", ids, id -> id);
    }

    /** The next parameter, an array of PostgreSQL's {@code type}. */
    public Sql array(String type, Collection<?> values) {
        return column(type, values, value -> value);
    }

    /** The next parameter, an array with one value of each of {@code rows}: a column of rows to insert. */
    public <T> Sql column(String type, Collection<T> rows, Function<T, ?> value) {
        parameters.add(new ArrayParameter(type, rows.stream().map(row -> plain(value.apply(row)))
                .toArray(n -> type.equals("bytea") ? new byte[n][] : new Object[n])));
        return this;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.map(Sql::plain).orElse(null);
            case Sha256 id -> id.bytes();
            case Instant time -> time.atOffset(ZoneOffset.UTC);
            default -> value;
        };
    }

    private PreparedStatement prepare() throws SQLException {
        PreparedStatement s = connection.prepareStatement(text);
        try {
            for (int i = 0; i < parameters.size(); i++) {
                s.setObject(i + 1, parameters.get(i) instanceof ArrayParameter array
                        ? connection.createArrayOf(array.type(), array.values()) : plain(parameters.get(i)));
            }
            return s;
        } catch (SQLException | RuntimeException e) {
            s.close();
            throw e;
        }
    }

    /** Runs a statement that returns no rows; the number of rows it changed. */
    public int update() throws SQLException {
        try (PreparedStatement s = prepare()) {
            return s.executeUpdate();
        }
    }

    /** Visits the rows one after the other. */
    public void each(RowVisitor visitor) throws SQLException {
        try (PreparedStatement s = prepare(); ResultSet r = s.executeQuery()) {
            while (r.next()) {
                visitor.visit(r);
            }
        }
    }

    /** All rows, in a list that the caller may change. */
    public <T> List<T> list(RowReader<T> reader) throws SQLException {
        List<T> found = new ArrayList<>();
        each(r -> found.add(reader.read(r)));
        return found;
    }

    /** The first row, if there is any. */
    public <T> Optional<T> first(RowReader<T> reader) throws SQLException {
        try (PreparedStatement s = prepare(); ResultSet r = s.executeQuery()) {
            return r.next() ? Optional.of(reader.read(r)) : Optional.empty();
        }
    }

    /** The first row of a query that always has one. */
    public <T> T one(RowReader<T> reader) throws SQLException {
        return first(reader).orElseThrow(() -> new SQLException("no row: " + text));
    }

    /** The id in a column. */
    public static Sha256 id(ResultSet r, int column) throws SQLException {
        return Sha256.ofBytes(r.getBytes(column));
    }

    /** The id in a column that may be null. */
    public static Optional<Sha256> optionalId(ResultSet r, int column) throws SQLException {
        return Optional.ofNullable(r.getBytes(column)).map(Sha256::ofBytes);
    }

    /** The ids of a commit's parents, in two columns of which either may be null. */
    public static List<Sha256> parents(ResultSet r, int first, int second) throws SQLException {
        List<Sha256> parents = new ArrayList<>(2);
        optionalId(r, first).ifPresent(parents::add);
        optionalId(r, second).ifPresent(parents::add);
        return List.copyOf(parents);
    }

    /** The time in a column. */
    public static Instant time(ResultSet r, int column) throws SQLException {
        return r.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** The time in a column that may be null. */
    public static Optional<Instant> optionalTime(ResultSet r, int column) throws SQLException {
        return Optional.ofNullable(r.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    /** The {@code text[]} in a column. */
    public static List<String> texts(ResultSet r, int column) throws SQLException {
        return List.of((String[]) r.getArray(column).getArray());
    }
}
