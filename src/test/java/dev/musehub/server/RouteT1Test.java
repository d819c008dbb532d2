package dev.musehub.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.server.Route.Audience;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("T1")
class RouteT1Test {

    private static Route route(String method, String pattern) {
        return new Route(Audience.PROGRAM, method, pattern, "name", _ -> { });
    }

    @Test
    void aVariableTakesOnePartAndTheLastOneMayTakeMore() {
        Route tree = route("GET", "{owner}/{slug}/tree/{ref}/{path...}");
        List<String> path = List.of("dev", "repo", "tree", "feature/x", "a", "b c");
        assertTrue(tree.at(path));
        assertEquals(Map.of("owner", "dev", "slug", "repo", "ref", "feature/x", "path", "a/b c"),
                tree.parameters(path));
        assertTrue(tree.at(path.subList(0, 5)));
        assertFalse(tree.at(path.subList(0, 4)));
        assertFalse(route("GET", "{owner}/{slug}/tree/{ref}").at(path));
        assertFalse(tree.at(List.of("dev", "repo", "blob", "main", "a")));
    }

    @Test
    void noOwnerIsADash() {
        assertFalse(route("GET", "{owner}").at(List.of("-")));
        assertFalse(route("GET", "{owner}/{slug}").at(List.of("-", "keys")));
        assertTrue(route("GET", "-/keys/{key}").at(List.of("-", "keys", "-")));
    }

    @Test
    void theRootHasNoParts() {
        assertTrue(route("GET", "").at(List.of()));
        assertFalse(route("GET", "").at(List.of("dev")));
    }

    @Test
    void headIsGetAndAnyIsAll() {
        assertTrue(route("GET", "x").takes("HEAD"));
        assertFalse(route("POST", "x").takes("HEAD"));
        assertTrue(route(Route.ANY, "x").takes("PATCH"));
    }
}
