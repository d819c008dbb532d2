package dev.musehub.pages.files;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.diff.LineText;
import dev.musehub.pages.ConcurrencyGate;
import dev.musehub.pages.Links;
import dev.musehub.pages.Markdown;
import dev.musehub.pages.Markup;
import dev.musehub.pages.MarkupCache;
import dev.musehub.pages.files.Trees.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Documents for reading: Markdown is rendered, plain text is shown as it is. */
public final class Documents {

    /** Bytes kept of rendered ones. */
    private static final long KEPT = 2 << 20;

    /** Rendered at a time, and how long others wait: a document may take a hundred times its length while it is. */
    private static final int RENDERED = 2;
    private static final int PATIENCE_SECONDS = 5;

    /** What makes a rendered document another one: its links depend on where it lies, and in which files. */
    private record Key(String base, String ref, Sha256 snapshot, String path) { }

    private final ObjectStore store;
    private final ConcurrencyGate rendering = new ConcurrencyGate(RENDERED, PATIENCE_SECONDS, "documents");
    private final MarkupCache<Key> kept = new MarkupCache<>(KEPT);

    public Documents(ObjectStore store) {
        this.store = store;
    }

    /** The document at {@code path}; empty where it is no text, too long, or its bytes cannot be read. */
    Optional<Markup> rendered(Links links, Tree tree, String path, StoredObject object) throws IOException {
        Key key = new Key(links.base(), tree.ref(), tree.snapshot(), path);
        Optional<Markup> known = kept.get(key);
        if (known.isPresent() || object.size() > Markdown.LONGEST) {
            return known;
        }
        Optional<byte[]> bytes = read(store, object);
        if (bytes.isEmpty() || LineText.isBinary(bytes.get())) {
            return Optional.empty();
        }
        String text = new String(bytes.get(), StandardCharsets.UTF_8);
        if (Markdown.is(path) && !Markdown.isQuick(text)) {
            return Optional.empty();
        }
        Markup markup = markup(text, links, tree, path);
        kept.put(key, markup);
        return Optional.of(markup);
    }

    private Markup markup(String text, Links links, Tree tree, String path) {
        if (!Markdown.is(path)) {
            return Markup.of("<pre>{}</pre>", text);
        }
        try (ConcurrencyGate.Admission _ = rendering.take()) {
            return Markup.of("<div class=\"markdown\">{}</div>",
                    Markdown.html(text, directory(path), addresses(links, tree)));
        }
    }

    /** The bytes of an object; empty where they are lost or damaged, which fsck tells the operator. */
    static Optional<byte[]> read(ObjectStore store, StoredObject object) throws IOException {
        try (ObjectStore.Reader reader = store.reader()) {
            return Optional.of(reader.read(object));
        } catch (Problem e) {
            return Optional.empty();
        }
    }

    private static String directory(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static Markdown.Addresses addresses(Links links, Tree tree) {
        return new Markdown.Addresses() {
            @Override
            public String page(String path) {
                return tree.isDirectory(path) ? links.tree(tree.ref(), path) : links.blob(tree.ref(), path);
            }

            @Override
            public String raw(String path) {
                return links.raw(tree.commit(), path);
            }
        };
    }
}
