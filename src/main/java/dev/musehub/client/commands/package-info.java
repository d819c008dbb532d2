/**
 * The commands for users of a hub. Each reads its arguments, calls {@code transfer} or
 * {@code hub}, and prints. Start with {@link dev.musehub.client.commands.PushCommand}.
 */
package dev.musehub.client.commands;

