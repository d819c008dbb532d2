package dev.musehub.core.model;

/** The holder of a valid token. */
public record Account(long userId, String name, Scope scope) {

    /** What a token may do; each includes those before it. */
    public enum Scope { READ, WRITE, ADMIN }
}
