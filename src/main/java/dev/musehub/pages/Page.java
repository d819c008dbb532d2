package dev.musehub.pages;

/** The part of a page inside the frame of all pages. */
public record Page(String title, Markup body) { }
