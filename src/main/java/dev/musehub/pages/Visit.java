package dev.musehub.pages;

import dev.musehub.core.model.Account;
import java.util.Optional;

/**
 * A look at a page.
 *
 * @param viewer the account of the reader, if signed in
 * @param csrf the token that every form must carry
 * @param address the path of the page, encoded
 * @param split whether differences stand side by side
 * @param file the one changed file to show; empty for all
 */
public record Visit(Optional<Account> viewer, String csrf, String address, boolean split, Optional<String> file) { }
