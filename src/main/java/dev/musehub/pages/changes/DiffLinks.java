package dev.musehub.pages.changes;

import dev.musehub.core.model.Sha256;
import dev.musehub.pages.Links;

/**
 * Where the parts of a difference lead.
 *
 * @param address the page of the whole difference
 * @param split whether it stands side by side
 * @param before the commit before the change
 * @param after the commit after it
 */
public record DiffLinks(Links links, String address, boolean split, Sha256 before, Sha256 after) {

    /** The page of the difference of one file. */
    String file(String path) {
        return address + "?file=" + Links.segment(path) + (split ? "&view=split" : "");
    }

    /** The page of a file as it is after the change. */
    String page(String path) {
        return links.blob(after.hex(), path);
    }

    /** The bytes of a file after the change. */
    String after(String path) {
        return links.raw(after, path);
    }

    /** The bytes of a file before the change. */
    String before(String path) {
        return links.raw(before, path);
    }
}
