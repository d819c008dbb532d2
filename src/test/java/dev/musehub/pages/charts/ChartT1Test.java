package dev.musehub.pages.charts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.pages.charts.Chart.Point;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Charts are well-formed, say what they show, and let no content out of its place. */
@Tag("T1")
class ChartT1Test {

    private static final List<Point> HOSTILE = List.of(new Point("<script>alert(1)</script>", 3, "\"3\" & more"),
            new Point("%s %n ]]> \u0007 '", 1, "</svg>"), new Point("", 0, ""));

    private static Document parsed(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    static Stream<String> charts() {
        return Stream.of(List.<Point>of(), HOSTILE).flatMap(points -> Stream.of(
                Chart.bars("<t>", "d & d", points), Chart.columns("<t>", "d & d", points),
                Chart.line("<t>", "d & d", points), Chart.stack("<t>", points)));
    }

    @ParameterizedTest
    @MethodSource("charts")
    void hostileContentStaysText(String svg) throws Exception {
        Document document = parsed(svg);
        assertEquals(0, document.getElementsByTagName("script").getLength());
        Element root = document.getDocumentElement();
        assertEquals("img", root.getAttribute("role"));
        assertTrue(root.getAttribute("aria-label").startsWith("<t>"), svg);
        assertFalse(svg.contains("style="), "the content security policy forbids inline styles");
    }

    @Test
    void aStackIsFilledByItsPartsInProportion() throws Exception {
        var rects = parsed(Chart.stack("push", List.of(new Point("receive", 30, "30 ms"), new Point("none", 0, "0 ms"),
                new Point("commits", 10, "10 ms")))).getElementsByTagName("rect");
        assertEquals(2, rects.getLength());
        assertEquals("75%", ((Element) rects.item(0)).getAttribute("width"));
        assertEquals("75%", ((Element) rects.item(1)).getAttribute("x"));
        assertEquals("part-2", ((Element) rects.item(1)).getAttribute("class"));
    }

    @Test
    void chartsLookTheSameInEveryLocaleAndHaveALimit() throws Exception {
        Locale before = Locale.getDefault();
        List<Point> many = IntStream.range(0, 1_000).mapToObj(i -> new Point("p" + i, i % 7 + 0.5, "v")).toList();
        try {
            Locale.setDefault(Locale.ROOT);
            String expected = Chart.columns("t", "d", many);
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertEquals(expected, Chart.columns("t", "d", many));
            assertEquals(2 * Chart.MOST, parsed(expected).getElementsByTagName("rect").getLength());
        } finally {
            Locale.setDefault(before);
        }
    }
}
