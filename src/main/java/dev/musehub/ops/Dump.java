package dev.musehub.ops;

import dev.musehub.accounts.AccountRows;
import dev.musehub.core.rows.Sql;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.postgresql.PGConnection;

/**
 * All tables as files, and back: one binary {@code COPY} each, out of one snapshot of the database. An embedded
 * PostgreSQL does not bring pg_dump along.
 */
public final class Dump {

    /** Backups and collections exclude each other: what a dump refers to must still be there when it is copied. */
    private static final long LOCK = 0x6d757365_626b7570L;

    private Dump() {
    }

    /** Takes the lock that backups and collections share, until the connection closes; false where another has it. */
    public static boolean tryLock(Connection c) throws SQLException {
        return Sql.of(c, "select pg_try_advisory_lock(?)").with(LOCK).one(r -> r.getBoolean(1));
    }

    /** Gives the lock back. */
    public static void unlock(Connection c) throws SQLException {
        Sql.of(c, "select pg_advisory_unlock(?)").with(LOCK).one(r -> r.getBoolean(1));
    }

    /** The version of the schema. */
    public static int schema(Connection c) throws SQLException {
        return Sql.of(c, "select max(version) from schema_version").one(r -> r.getInt(1));
    }

    /**
     * Writes every table to {@code directory}, each durable, from the snapshot of the current transaction.
     *
     * @return table to number of rows
     */
    public static Map<String, Long> write(Connection c, Path directory) throws SQLException, IOException {
        Map<String, Long> rows = new LinkedHashMap<>();
        for (String table : tables(c)) {
            Path file = directory.resolve(table + ".copy");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                rows.put(table, c.unwrap(PGConnection.class).getCopyAPI()
                        .copyOut("copy " + table + " (" + columns(c, table) + ") to stdout (format binary)", out));
                out.flush();
                channel.force(true);
            }
        }
        return rows;
    }

    /** The segments that objects lie in, as of the current transaction. */
    public static Set<UUID> segments(Connection c) throws SQLException {
        Set<UUID> segments = new HashSet<>();
        Sql.of(c, "select distinct segment from objects where segment is not null")
                .each(r -> segments.add(r.getObject(1, UUID.class)));
        return segments;
    }

    /** Whether nobody has used the database yet. */
    public static boolean isEmpty(Connection c) throws SQLException {
        return !AccountRows.any(c);
    }

    /** Reads what {@link #write} wrote into empty tables, in the current transaction. */
    public static void read(Connection c, Path directory) throws SQLException, IOException {
        // The one table that is not empty in a new database.
        Sql.of(c, "delete from store").update();
        for (String table : tables(c)) {
            Path file = directory.resolve(table + ".copy");
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
                c.unwrap(PGConnection.class).getCopyAPI()
                        .copyIn("copy " + table + " (" + columns(c, table) + ") from stdin (format binary)", in);
            }
            resumeIdentity(c, table);
        }
    }

    /** The next identity comes behind those that were read. */
    private static void resumeIdentity(Connection c, String table) throws SQLException {
        List<String> columns = Sql.of(c, """
                select column_name from information_schema.columns
                where table_schema = current_schema() and table_name = ? and is_identity = 'YES'
                """).with(table).list(r -> r.getString(1));
        for (String column : columns) {
            Sql.of(c, "select setval(pg_get_serial_sequence('" + table + "', '" + column + "'), coalesce(max(" + column
                    + "), 0) + 1, false) from " + table).one(r -> r.getLong(1));
        }
    }

    private static String columns(Connection c, String table) throws SQLException {
        return Sql.of(c, """
                select string_agg(quote_ident(column_name), ', ' order by column_name) from information_schema.columns
                where table_schema = current_schema() and table_name = ? and is_generated = 'NEVER'
                """).with(table).one(r -> r.getString(1));
    }

    /** The tables, each behind those its foreign keys lead to. */
    private static List<String> tables(Connection c) throws SQLException {
        Map<String, Set<String>> needs = new LinkedHashMap<>();
        Sql.of(c, """
                select t.relname, f.relname from pg_class t
                left join pg_constraint k on k.conrelid = t.oid and k.contype = 'f' and k.confrelid <> t.oid
                left join pg_class f on f.oid = k.confrelid
                where t.relkind = 'r' and t.relnamespace = current_schema()::regnamespace
                    and t.relname <> 'schema_version'
                order by 1, 2
                """).each(r -> {
                    Set<String> of = needs.computeIfAbsent(r.getString(1), _ -> new LinkedHashSet<>());
                    Optional.ofNullable(r.getString(2)).ifPresent(of::add);
                });
        List<String> ordered = new ArrayList<>();
        Map<String, Set<String>> left = new HashMap<>(needs);
        while (!left.isEmpty()) {
            List<String> ready = left.keySet().stream().filter(t -> ordered.containsAll(left.get(t))).sorted().toList();
            if (ready.isEmpty()) {
                throw new IllegalStateException("foreign keys in a circle: " + left);
            }
            ordered.addAll(ready);
            ready.forEach(left::remove);
        }
        return ordered;
    }
}
