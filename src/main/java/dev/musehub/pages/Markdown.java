package dev.musehub.pages;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.commonmark.Extension;
import org.commonmark.ext.autolink.AutolinkExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * Markdown of any author as HTML. HTML in it becomes text. Links to other sites must be http, https or mailto; all
 * others lead to files of the same repository. Pictures come from the repository only, because the policy of the pages
 * allows no others. An instance is for one document.
 */
public final class Markdown {

    /** Bytes of a document that is rendered; a longer one is shown as its source. */
    public static final long LONGEST = 256 << 10;

    /** Levels of quotes in quotes and emphasis in emphasis. Each level takes stack. */
    private static final int NESTING = 50;

    /**
     * Characters that may begin or end something inside a line, in lines without an empty one between them. What the
     * parser does with them grows with their square: 87,000 "*a_" took 2 s.
     */
    private static final int MARKS = 20_000;

    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create(), AutolinkExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).maxOpenBlockParsers(NESTING)
            .maxInlineNesting(NESTING).build();

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern ELSEWHERE = Pattern.compile("(?i)(https?://|mailto:)[^\\x00-\\x20\\x7f]+");

    /** Where paths of the repository lead. */
    public interface Addresses {

        /** The page of a file or directory. */
        String page(String path);

        /** The bytes of a file. */
        String raw(String path);
    }

    private final String directory;
    private final Addresses addresses;
    private final Map<Node, String> anchors = new IdentityHashMap<>();
    private final Map<String, Integer> taken = new HashMap<>();

    private Markdown(String directory, Addresses addresses) {
        this.directory = directory;
        this.addresses = addresses;
    }

    /** Whether a file of this name is Markdown. */
    public static boolean is(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return name.endsWith(".md") || name.endsWith(".markdown");
    }

    /** Whether {@code text} can be rendered in a short time; another one is shown as its source. */
    public static boolean isQuick(String text) {
        int marks = 0;
        boolean emptyLine = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                marks = emptyLine ? 0 : marks;
                emptyLine = true;
            } else if (c > ' ') {
                emptyLine = false;
                if ("*_[]!`<~&".indexOf(c) >= 0 && ++marks > MARKS) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The document {@code text}, which lies in {@code directory}. */
    public static Markup html(String text, String directory, Addresses addresses) {
        Markdown document = new Markdown(directory, addresses);
        Node root = PARSER.parse(Markup.withoutControls(text));
        root.accept(document.new Rewriting());
        // The renderer escapes all text and attributes, and the rewriting has removed all dangerous addresses.
        return new Markup(HtmlRenderer.builder().extensions(EXTENSIONS).escapeHtml(true)
                .attributeProviderFactory(_ -> document::attributes).build().render(root));
    }

    private void attributes(Node node, String tag, Map<String, String> attributes) {
        switch (node) {
            case Heading heading when anchors.containsKey(heading) -> attributes.put("id", anchors.get(heading));
            case Image _ -> attributes.put("loading", "lazy");
            case Link link when SCHEME.matcher(link.getDestination()).matches() ->
                    attributes.put("rel", "nofollow noopener noreferrer");
            default -> { }
        }
    }

    /** Leads links and pictures to where they may lead, and gives headings their anchors. */
    private final class Rewriting extends AbstractVisitor {

        @Override
        public void visit(Link link) {
            visitChildren(link);
            Optional<String> to = destination(link.getDestination(), addresses::page);
            if (to.isPresent()) {
                link.setDestination(to.get());
            } else {
                replaceByChildren(link);
            }
        }

        @Override
        public void visit(Image image) {
            Optional<String> to = destination(image.getDestination(), addresses::raw);
            if (to.isEmpty() || SCHEME.matcher(to.get()).matches() || to.get().startsWith("#")) {
                String text = words(image);
                Node instead = new Text(text.isEmpty() ? "picture" : text);
                if (to.isPresent() && !insideLink(image)) {
                    Link link = new Link(to.get(), image.getTitle());
                    link.appendChild(instead);
                    instead = link;
                }
                image.insertBefore(instead);
                image.unlink();
            } else {
                image.setDestination(to.get());
            }
        }

        @Override
        public void visit(Heading heading) {
            visitChildren(heading);
            String anchor = anchor(words(heading));
            int times = taken.merge(anchor, 1, Integer::sum);
            anchors.put(heading, times == 1 ? anchor : anchor + "-" + (times - 1));
        }

        /** Comments are for the people who edit the file. */
        @Override
        public void visit(HtmlBlock html) {
            if (html.getLiteral().strip().matches("(?s)<!--((?!-->).)*-->")) {
                html.unlink();
            }
        }
    }

    private static void replaceByChildren(Node node) {
        for (Node child = node.getFirstChild(); child != null; child = node.getFirstChild()) {
            node.insertBefore(child);
        }
        node.unlink();
    }

    private static boolean insideLink(Node node) {
        for (Node at = node.getParent(); at != null; at = at.getParent()) {
            if (at instanceof Link) {
                return true;
            }
        }
        return false;
    }

    private static String words(Node node) {
        StringBuilder words = new StringBuilder();
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                words.append(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
                words.append(code.getLiteral());
            }
        });
        return words.toString();
    }

    /** An id for a heading, or for the fragment that means it; with a beginning that none of our own ids has. */
    private static String anchor(String words) {
        return "md-" + words.strip().toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-');
    }

    /** Where {@code address}, as the document has it, may lead; empty for nowhere. */
    private Optional<String> destination(String address, UnaryOperator<String> ours) {
        if (address.startsWith("#")) {
            return Optional.of("#" + Links.segment(anchor(decoded(address.substring(1)))));
        }
        String absolute = address.startsWith("//") ? "https:" + address : address;
        if (SCHEME.matcher(absolute).matches()) {
            return Optional.of(absolute).filter(url -> ELSEWHERE.matcher(url).matches());
        }
        int end = address.indexOf('#');
        String fragment = end < 0 ? "" : "#" + Links.segment(anchor(decoded(address.substring(end + 1))));
        String path = (end < 0 ? address : address.substring(0, end)).replaceFirst("\\?.*", "");
        return resolved(decoded(path)).map(to -> ours.apply(to) + fragment);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** A path of the repository, from its root where it begins with a slash; empty where it leaves the repository. */
    private Optional<String> resolved(String path) {
        Deque<String> parts = new ArrayDeque<>();
        String whole = path.startsWith("/") || directory.isEmpty() ? path : directory + "/" + path;
        for (String part : whole.split("/")) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    return Optional.empty();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return Optional.of(String.join("/", parts));
    }
}
