package dev.musehub.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Somebody's Markdown: what becomes of it, where it may lead, and that nothing in it runs. */
@Tag("T1")
class MarkdownT1Test {

    private static final Markdown.Addresses ADDRESSES = new Markdown.Addresses() {
        @Override
        public String page(String path) {
            return "/o/r/blob/main/" + Links.path(path);
        }

        @Override
        public String raw(String path) {
            return "/o/r/raw/main/" + Links.path(path);
        }
    };

    private static String html(String text) {
        return Markdown.html(text, "docs/guide", ADDRESSES).html().strip();
    }

    @Test
    void documentsLookAsTheyAreMeant() {
        assertEquals("<h2 id=\"md-so-it-begins\">So it <code>begins</code>!</h2>", html("## So it `begins`!"));
        assertTrue(html("| a | b |\n|---|--:|\n| 1 | 2 |").contains("<td align=\"right\">2</td>"));
        assertTrue(html("```java\nint x = 1 < 2;\n```").contains("int x = 1 &lt; 2;"));
        assertEquals("<p><a href=\"https://a.example/x\" rel=\"nofollow noopener noreferrer\">https://a.example/x</a></p>",
                html("https://a.example/x"));
        assertEquals("", html("<!-- for editors -->"));
        String twice = html("# Same\n# Same");
        assertTrue(twice.contains("id=\"md-same\"") && twice.contains("id=\"md-same-1\""), twice);
    }

    @Test
    void addressesLeadToFilesOfTheRepositoryOrSafelyElsewhere() {
        Map<String, String> destinations = Map.ofEntries(
                Map.entry("a.md", "/o/r/blob/main/docs/guide/a.md"),
                Map.entry("./b/../a.md#Some Part", ""),
                Map.entry("<./b/../a.md#Some Part>", "/o/r/blob/main/docs/guide/a.md#md-some-part"),
                Map.entry("../../LICENSE", "/o/r/blob/main/LICENSE"),
                Map.entry("/top.md", "/o/r/blob/main/top.md"),
                Map.entry("x%20y.md?raw=1", "/o/r/blob/main/docs/guide/x%20y.md"),
                Map.entry("#Part%20two", "#md-part-two"),
                Map.entry("HTTPS://a.example/", "HTTPS://a.example/"),
                Map.entry("//a.example/", "https://a.example/"),
                Map.entry("mailto:a@b.example", "mailto:a@b.example"),
                Map.entry("../../../etc/passwd", ""),
                Map.entry("..%2f..%2f..%2fetc", ""),
                Map.entry("javascript:alert(1)", ""),
                Map.entry("JaVaScRiPt:alert(1)", ""),
                Map.entry("vbscript:x", ""),
                Map.entry("data:text/html,x", ""),
                Map.entry("java&Tab;script:alert(1)", "/o/r/blob/main/docs/guide/java%09script%3Aalert%281%29"),
                Map.entry("&#1;javascript:alert(1)", "/o/r/blob/main/docs/guide/%01javascript%3Aalert%281%29"),
                Map.entry("/\\evil.example", "/o/r/blob/main/%5Cevil.example"),
                Map.entry("\\\\\\\\evil.example", "/o/r/blob/main/docs/guide/%5C%5Cevil.example"),
                Map.entry("https:evil", ""),
                Map.entry("<https://a.example/\"onclick=\"x>", "https://a.example/&quot;onclick=&quot;x"));
        destinations.forEach((given, expected) -> {
            String html = html("[words](" + given + ")");
            if (expected.isEmpty()) {
                assertFalse(html.contains("href"), given + " became " + html);
                assertTrue(html.contains("words"), html);
            } else {
                assertTrue(html.replace(" rel=\"nofollow noopener noreferrer\"", "")
                        .contains("<a href=\"" + expected + "\">words</a>"), given + " became " + html);
            }
        });
        assertFalse(html("<javascript:alert(1)>").contains("href"));
        assertFalse(html("[x]\n\n[x]: javascript:alert(1)").contains("href"));
    }

    @Test
    void picturesComeFromTheRepositoryOrNotAtAll() {
        assertTrue(html("![a cat](../cat.png)").contains("<img src=\"/o/r/raw/main/docs/cat.png\" alt=\"a cat\""));
        for (String gone : List.of("![a cat](data:image/svg+xml,x)", "![a cat](javascript:x)", "![a cat](../../../../x.png)")) {
            assertEquals("<p>a cat</p>", html(gone));
        }
        String elsewhere = html("![a cat](https://a.example/cat.png)");
        assertTrue(!elsewhere.contains("<img") && elsewhere.contains("href=\"https://a.example/cat.png\""), elsewhere);
        String badge = html("[![build](https://a.example/b.svg)](https://a.example/ci)");
        assertEquals(1, badge.split("<a ", -1).length - 1, "no link inside a link: " + badge);
    }

    @Test
    void htmlIsText() {
        for (String evil : List.of("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b onclick=x>b</b>",
                "<svg/onload=alert(1)>", "<!-- --><script>x</script><!-- -->", "# <iframe src=x>",
                "```\"><script>\nx\n```", "<a href=\"javascript:x\">y</a>", "| <i onclick=x> |\n|---|\n| </td><script> |",
                "[a](b \"t\\\" onmouseover=x\")", "![\" onerror=x](a.png)")) {
            String html = html(evil);
            assertFalse(html.matches("(?si).*<(script|img src=x|iframe|svg|b onclick|i onclick|a href=\"javascript).*"), html);
            assertFalse(html.matches("(?si).*<[^>\"]*(\"[^\"]*\"[^>\"]*)*\\bon[a-z]+=.*"), html);
        }
    }

    /** Each of these has brought a renderer to its knees or to the end of its stack. */
    @Test
    void noDocumentTakesForever() {
        for (String piece : List.of(">", "[", "![", "*a_ ", "**a ", "`", "<", "- ", "[a](", "&", "a\\", "| ", "#", "~~~\n> ",
                "[a]: b\n", "<!--", "http://a.", "*a **b ")) {
            String text = piece.repeat((int) Markdown.LONGEST / 8 / piece.length());
            assertFalse(html(text).contains("<script"), piece);
        }
    }
}
