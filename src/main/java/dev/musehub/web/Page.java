package dev.musehub.web;

/** What a page brings to the frame around all pages. */
record Page(String title, Markup body) { }
