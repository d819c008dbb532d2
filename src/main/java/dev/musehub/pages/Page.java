package dev.musehub.pages;

/** What a page brings to the frame around all pages. */
public record Page(String title, Markup body) { }
