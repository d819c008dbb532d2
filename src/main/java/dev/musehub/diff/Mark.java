package dev.musehub.diff;

/** Characters {@code [from, to)} of a line. */
public record Mark(int from, int to) { }
