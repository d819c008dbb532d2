package dev.musehub.pages;

import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.RepositoryRows.Repository;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The addresses of the pages of one repository, with everything in them encoded. */
public record Links(String base) {

    public static Links of(Repository repository) {
        return new Links("/" + segment(repository.owner()) + "/" + segment(repository.slug()));
    }

    public String commit(Sha256 id) {
        return base + "/commits/" + id.hex();
    }

    /** The history of a branch or commit. */
    public String commits(String ref) {
        return base + "/commits?ref=" + segment(ref);
    }

    public String branches() {
        return base + "/branches";
    }

    public String reflog(String branch) {
        return base + "/reflog/" + path(branch);
    }

    public String releases() {
        return base + "/releases";
    }

    public String search() {
        return base + "/search";
    }

    public String raw(Sha256 commit, String path) {
        return base + "/raw/" + commit.hex() + "/" + path(path);
    }

    /** The directory {@code path} as {@code ref} has it; the root where it is empty. */
    public String tree(String ref, String path) {
        return base + "/tree/" + segment(ref) + (path.isEmpty() ? "" : "/" + path(path));
    }

    public String blob(String ref, String path) {
        return base + "/blob/" + segment(ref) + "/" + path(path);
    }

    public String history(String ref, String path) {
        return base + "/history/" + segment(ref) + "/" + path(path);
    }

    public String comments(Sha256 commit) {
        return commit(commit) + "/comments";
    }

    public String compare(String from, String to) {
        return base + "/compare/" + path(from) + ".." + path(to);
    }

    public String pushes() {
        return base + "/pushes";
    }

    public String settings() {
        return base + "/settings";
    }

    /** A path with its slashes. */
    static String path(String path) {
        return Arrays.stream(path.split("/", -1)).map(Links::segment).collect(Collectors.joining("/"));
    }

    /** One part of a path, or a value of a query. */
    public static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
