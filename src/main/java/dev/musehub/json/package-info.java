/**
 * Free-form values as JSON, for bodies and for {@code --json}. The wire itself is msgpack, in {@code core.wire}. Start
 * with {@link dev.musehub.json.JsonValues}.
 */
package dev.musehub.json;
