package dev.musehub.web;

import dev.musehub.db.RepositoryRows.Repository;
import dev.musehub.model.Sha256;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The addresses of the pages of one repository, with everything in them encoded. */
record Links(String base) {

    static Links of(Repository repository) {
        return new Links("/" + segment(repository.owner()) + "/" + segment(repository.slug()));
    }

    String commit(Sha256 id) {
        return base + "/commits/" + id.hex();
    }

    /** The history of a branch or commit. */
    String commits(String ref) {
        return base + "/commits?ref=" + segment(ref);
    }

    String branches() {
        return base + "/branches";
    }

    String reflog(String branch) {
        return base + "/reflog/" + path(branch);
    }

    String releases() {
        return base + "/releases";
    }

    String search() {
        return base + "/search";
    }

    String raw(Sha256 commit, String path) {
        return base + "/raw/" + commit.hex() + "/" + path(path);
    }

    /** The directory {@code path} as {@code ref} has it; the root where it is empty. */
    String tree(String ref, String path) {
        return base + "/tree/" + segment(ref) + (path.isEmpty() ? "" : "/" + path(path));
    }

    String blob(String ref, String path) {
        return base + "/blob/" + segment(ref) + "/" + path(path);
    }

    String history(String ref, String path) {
        return base + "/history/" + segment(ref) + "/" + path(path);
    }

    String comments(Sha256 commit) {
        return commit(commit) + "/comments";
    }

    String compare(String from, String to) {
        return base + "/compare/" + path(from) + ".." + path(to);
    }

    String pushes() {
        return base + "/pushes";
    }

    /** A path with its slashes. */
    static String path(String path) {
        return Arrays.stream(path.split("/", -1)).map(Links::segment).collect(Collectors.joining("/"));
    }

    /** One part of a path, or a value of a query. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
