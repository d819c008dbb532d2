/**
 * What everything else is made of: ids, text, names, free-form values, where bytes lie, and what can be refused. Pure
 * values: no I/O, and no other package of this project. Start with {@link dev.musehub.core.model.Sha256} and
 * {@link dev.musehub.core.model.Problem}.
 */
package dev.musehub.core.model;
