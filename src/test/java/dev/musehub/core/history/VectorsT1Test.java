package dev.musehub.core.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.musehub.core.model.BranchNames;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.testing.Samples;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ids against the golden cases that Muse 0.1.5 itself computed. */
@Tag("T1")
class VectorsT1Test {

    @Test
    void objectIdsAreThoseOfMuse() throws IOException {
        for (Value.Dict c : Samples.vectors("object")) {
            byte[] unit = HexFormat.of().parseHex(c.text("hex", ""));
            int times = (int) c.integer("repeat", 1);
            byte[] content = new byte[unit.length * times];
            for (int i = 0; i < content.length; i++) {
                content[i] = unit[i % unit.length];
            }
            assertEquals(c.text("id", ""), Ids.object(content).hex(), c.text("name", ""));
        }
    }

    @Test
    void snapshotIdsSortByCodePoint() throws IOException {
        int distinguishing = 0;
        for (Value.Dict c : Samples.vectors("snapshot")) {
            Map<String, Sha256> entries = new HashMap<>();
            c.dict("manifest").entries().forEach((path, id) -> entries.put(path,
                    Sha256.parseHex(id.asText("id")).orElseThrow()));
            String id = Ids.snapshot(Manifest.of(entries)).hex();
            assertEquals(c.text("id", ""), id, c.text("name", ""));
            if (c.get("wrong_id_if_sorted_by_utf16").isPresent()) {
                assertNotEquals(c.text("wrong_id_if_sorted_by_utf16", ""), id);
                distinguishing++;
            }
        }
        assertEquals(6, distinguishing);
    }

    @Test
    void commitIdsHashTheExactText() throws IOException {
        for (Value.Dict c : Samples.vectors("commit")) {
            List<Sha256> parents = c.texts("parent_ids").stream().map(t -> Sha256.parseHex(t).orElseThrow()).toList();
            Sha256 id = Ids.commit(parents, Sha256.parseHex(c.text("snapshot_id", "")).orElseThrow(),
                    c.text("message", ""), c.text("committed_at", ""));
            assertEquals(c.text("id", ""), id.hex(), c.text("name", ""));
        }
    }

    @Test
    void branchNamesAreThoseOfMuse() throws IOException {
        for (Value.Dict c : Samples.vectors("branch-name")) {
            assertEquals(c.bool("valid", false), BranchNames.isValid(c.text("branch", "")), c.text("branch", ""));
        }
    }

    /** Muse lets a line break after the digits pass, by the way Python matches; nobody writes one, and we refuse it. */
    @Test
    void idsAreThoseOfMuseButForTheTrailingLineBreak() throws IOException {
        for (Value.Dict c : Samples.vectors("id-syntax")) {
            String text = c.text("text", "");
            assertEquals(c.bool("valid", false) && !text.endsWith("\n"), Sha256.parseHex(text).isPresent(), text);
        }
    }
}
