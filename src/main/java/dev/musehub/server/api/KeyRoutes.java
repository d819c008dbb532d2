package dev.musehub.server.api;

import dev.musehub.accounts.Keys;
import dev.musehub.core.model.Account;
import dev.musehub.core.model.Value;
import dev.musehub.core.rows.KeyRows.SigningKey;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.wire.Limits;
import dev.musehub.server.access.Access;
import dev.musehub.server.http.Exchange;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HexFormat;

/** The requests about the caller's signing keys. The rules are in {@link Keys}. */
public final class KeyRoutes {

    private final Limits limits;
    private final Access access;
    private final Keys keys;

    public KeyRoutes(Pool pool, Limits limits, Access access) {
        this.limits = limits;
        this.access = access;
        this.keys = new Keys(pool);
    }

    /** {@code GET /-/keys}: the caller's keys. */
    public void list(Exchange call) throws IOException, SQLException {
        call.answer(Value.dict().put("keys", new Value.Array(keys.list(access.required(call)).stream()
                .<Value>map(k -> Value.dict().put("name", k.name()).put("key_id", k.keyId())
                        .put("public_key", HexFormat.of().formatHex(k.publicKey())).build()).toList())).build());
    }

    /** {@code POST /-/keys}: registers an Ed25519 public key, 64 hex digits. */
    public void add(Exchange call) throws IOException, SQLException {
        Account account = access.required(call);
        Keys.requireWriting(account);
        Value.Dict body = call.bodyValue(limits);
        SigningKey key = keys.add(account, body.text("name", "key"), body.text("public_key", ""));
        call.answer(Value.dict().put("name", key.name()).put("key_id", key.keyId()).build());
    }

    /** {@code DELETE /-/keys/ID}. */
    public void remove(Exchange call) throws IOException, SQLException {
        String keyId = call.parameter("key");
        keys.remove(access.required(call), keyId);
        call.answer(Value.dict().put("key_id", keyId).build());
    }
}
