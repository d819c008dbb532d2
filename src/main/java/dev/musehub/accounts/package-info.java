/**
 * Users, their tokens, and who is a member of which repository: rows only. Who may do what with them is decided in
 * {@code server.access}. Start with {@link dev.musehub.accounts.AccountRows}.
 */
package dev.musehub.accounts;
