package dev.musehub.core.push;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.client.muse.UserKey;
import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitFields;
import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.history.Ids;
import dev.musehub.core.history.Manifest;
import dev.musehub.core.history.ManifestDelta;
import dev.musehub.core.io.Zstd;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Problem.Code;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.rows.CommitRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import dev.musehub.core.wire.Frame;
import dev.musehub.core.wire.Lease;
import dev.musehub.core.wire.Limits;
import dev.musehub.core.wire.MsgPackValues;
import dev.musehub.testing.History;
import dev.musehub.testing.MemoryStore;
import dev.musehub.testing.PushFixture;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is checked of objects (T3) and of commit packs (T4). After each refusal nothing may have moved. */
@Tag("T3")
@Tag("T4")
class ContentT3T4Test {

    private final MemoryStore store = new MemoryStore();
    private final PushFixture bench = new PushFixture(store);

    @AfterEach
    void close() {
        bench.close();
    }

    private static final Frame.Header OBJECTS = History.header("main", Optional.empty(), false, new Lease.None());

    private static byte[] text(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private void refused(Code code, List<? extends Frame> frames) {
        Map<String, Sha256> before = bench.heads();
        assertEquals(code, assertThrows(Problem.class, () -> bench.push(frames)).code());
        assertEquals(before, bench.heads());
    }

    private static List<Frame> objects(Frame... frames) {
        List<Frame> all = new ArrayList<>(List.of(OBJECTS));
        all.addAll(List.of(frames));
        all.add(new Frame.End(frames.length, 0));
        return all;
    }

    // T3

    @Test
    void bytesWithAnotherHashAreRefusedAndNotStored() {
        refused(Code.OBJECT_MISMATCH, objects(History.raw(Sha256.of(text("a")), text("b"))));
        assertEquals(0, store.size());
        assertEquals(0, bench.count("from objects"));
    }

    @Test
    void theObjectBeforeIsAPrefixAndSoAreSomeOfTheRepository() {
        byte[] one = text("version one of a file\n".repeat(50));
        byte[] two = text("version one of a file\n".repeat(50) + "and more");
        byte[] three = text("version three\n" + "version one of a file\n".repeat(50));
        try (Zstd zstd = new Zstd()) {
            bench.push(objects(History.raw(Sha256.of(one), one), onPrefix(zstd, two, one)));
            bench.push(objects(onPrefix(zstd, three, two, one)));
        }
        assertEquals(3, bench.count("from repository_objects"));
    }

    @Test
    void aPrefixThatIsNotAtHandIsRefused() {
        byte[] elsewhere = text("known to another repository only".repeat(20));
        bench.push(bench.another("other"), new ByteArrayInputStream(History.bytes(
                objects(History.raw(Sha256.of(elsewhere), elsewhere)))));
        byte[] here = text("of this repository");
        bench.push(objects(History.raw(Sha256.of(here), here)));
        try (Zstd zstd = new Zstd()) {
            refused(Code.UNKNOWN_PREFIX, objects(onPrefix(zstd, text("x"), elsewhere)));
            refused(Code.UNKNOWN_PREFIX, objects(onPrefix(zstd, text("x"), here, elsewhere)));
        }
    }

    /** A prefix is read into memory as a whole, so its length is bounded before. */
    @Test
    void aPrefixThatIsTooLongIsRefused() {
        byte[] half = new byte[Limits.DEFAULT.batchBytes() / 2 + 1];
        byte[] other = half.clone();
        other[0] = 1;
        bench.push(objects(History.raw(Sha256.of(half), half), History.raw(Sha256.of(other), other)));
        try (Zstd zstd = new Zstd()) {
            refused(Code.UNKNOWN_PREFIX, objects(onPrefix(zstd, text("x"), half, other)));
        }
    }

    /** A batch of one object. */
    private static Frame onPrefix(Zstd zstd, byte[] raw, byte[]... prefix) {
        return new Frame.BatchFrame(List.of(Sha256.of(raw)), new int[] {raw.length},
                Stream.of(prefix).map(Sha256::of).toList(), zstd.compress(raw, Zstd.join(List.of(prefix))));
    }

    @Test
    void oneWrongObjectOfABatchRefusesTheBatch() {
        byte[] raw = text("right and wrong");
        try (Zstd zstd = new Zstd()) {
            refused(Code.OBJECT_MISMATCH, List.of(OBJECTS, new Frame.BatchFrame(
                    List.of(Sha256.of(text("right")), Sha256.of(text("and wrong"))), new int[] {5, 10}, List.of(),
                    zstd.compress(raw, Zstd.noPrefix())), new Frame.End(2, 0)));
        }
        assertEquals(0, bench.count("from objects"));
    }

    @Test
    void anotherRepositorysObjectMustBeSentAndIsNotStoredTwice() {
        History history = History.line("shared", 3);
        bench.push(history.push("main"));
        int puts = store.puts();
        Repository other = bench.another("other");
        Frame.Header header = History.header("main", Optional.of(history.head()), false, new Lease.None());
        // Without its bytes it is missing, whoever else has it.
        assertEquals(Code.MISSING_OBJECTS, assertThrows(Problem.class, () -> bench.push(other,
                new ByteArrayInputStream(History.bytes(history.push(header, List.of(), history.commits()))))).code());
        bench.push(other, new ByteArrayInputStream(History.bytes(history.push("main"))));
        assertEquals(puts, store.puts());
    }

    @Test
    void polyglotsAreRefusedWhereTheRepositoryIsPublicOrSaysSo() {
        byte[] gif = ("GIF89a/*......*/=1;alert(1)//").getBytes(StandardCharsets.ISO_8859_1);
        byte[] page = text("%PDF-1.7\n<html><script>alert(1)</script>");
        byte[] zip = new byte[40];
        System.arraycopy(text("GIF89a"), 0, zip, 0, 6);
        System.arraycopy(new byte[] {'P', 'K', 5, 6}, 0, zip, 18, 4);
        for (byte[] polyglot : List.of(gif, page, zip)) {
            bench.push(objects(History.raw(Sha256.of(polyglot), polyglot)));
        }
        bench.sql("update repositories set public = true");
        bench.sql("delete from repository_objects");
        bench.sql("delete from objects");
        for (byte[] polyglot : List.of(gif, page, zip)) {
            refused(Code.POLYGLOT, objects(History.raw(Sha256.of(polyglot), polyglot)));
        }
        byte[] honest = text("GIF89a and nothing else");
        bench.push(objects(History.raw(Sha256.of(honest), honest)));
        bench.sql("update repositories set refuse_polyglots = false");
        bench.push(objects(History.raw(Sha256.of(gif), gif)));
    }

    // T4

    @ParameterizedTest
    @ValueSource(strings = {"2024-01-01T00:00:00+18:00", "0001-01-01T00:00:00+17:00", "9999-12-31T23:59:59-18:00"})
    void aTimeThatPostgresqlHasNoFormForIsKeptAsItWasWritten(String time) {
        History history = new History();
        history.commit("odd", List.of(), Map.of("a", "a"), Set.of(), c -> new Commit(Ids.commit(List.of(),
                c.snapshotId(), c.message(), time), "", "", c.snapshotId(), c.message(), time, Optional.empty(),
                Optional.empty(), "", Map.of(), Optional.empty(), "none", List.of(), "", "", "", "", "", "", 5, List.of(),
                0));
        bench.push(history.push("main"));
        assertEquals(history.head(), bench.heads().get("main"));
        assertEquals(1, bench.count("from commits where committed_at between '0001-01-01Z' and '9999-12-31T23:59:59Z'"));
    }

    @Test
    void snapshotsOfAStreamWithoutCommitsAreCheckedAndKept() {
        Frame.Header nothing = History.header("main", Optional.empty(), false, new Lease.None());
        List<Frame> frames = new ArrayList<>(history.push(nothing, history.objects().keySet(), List.of()));
        frames.add(frames.size() - 1, new Frame.CommitPack(history.snapshots(commits), List.of()));
        assertEquals(3, bench.push(frames).snapshots());
        assertEquals(3, bench.count("from snapshots"));
        Frame.SnapshotDelta first = history.snapshots(commits).getFirst();
        Frame wrong = new Frame.CommitPack(List.of(new Frame.SnapshotDelta(Sha256.of(text("another")), first.base(),
                first.delta(), first.createdAt(), first.order(), false)), List.of());
        refused(Code.SNAPSHOT_MISMATCH, List.of(nothing, wrong, new Frame.End(0, 0)));
    }

    @Test
    void whatNoCloneCanHoldIsRefused() {
        for (Map<String, String> files : List.of(Map.of("a", "1", "a/b", "2"), Map.of("x/y", "1", "x/y/z/z", "2"),
                Map.of("d/" + "\u00fc".repeat(128), "1"))) {
            History odd = new History();
            odd.commit("odd", files);
            refused(Code.INVALID_SNAPSHOT, odd.push("main"));
        }
        History grown = new History();
        grown.commit("file", Map.of("a", "1", "a-b", "2"));
        bench.push(grown.push("main"));
        grown.commit("and directory", Map.of("a/b", "3"));
        refused(Code.INVALID_SNAPSHOT, grown.push("main"));
        History other = new History();
        other.commit("directory", Map.of("d/e", "1"));
        bench.push(other.push("other"));
        other.commit("and file", Map.of("d", "2"));
        refused(Code.INVALID_SNAPSHOT, other.push("other"));
        for (String branch : List.of("main/x", "main/x/y")) {
            refused(Code.CONFLICT, history.push(branch));
        }
        bench.push(history.push("topic/one"));
        refused(Code.CONFLICT, history.push("topic"));
        bench.push(history.push("topic/two"));
        refused(Code.INVALID_BRANCH, history.push("\u00fc".repeat(128)));
    }

    @Test
    void aFileThatLooksLikeADictionaryOfZstdIsOneLikeOthers() {
        byte[] magic = new byte[2_000];
        new java.util.Random(5).nextBytes(magic);
        System.arraycopy(new byte[] {0x37, (byte) 0xA4, 0x30, (byte) 0xEC}, 0, magic, 0, 4);
        byte[] next = magic.clone();
        next[1_000]++;
        try (Zstd zstd = new Zstd()) {
            bench.push(objects(History.raw(Sha256.of(magic), magic), onPrefix(zstd, next, magic)));
        }
        assertEquals(2, bench.count("from repository_objects"));
    }

    private static List<Frame> packs(Optional<Sha256> head, History history, List<Frame.SnapshotDelta> snapshots,
            List<Commit> commits) {
        List<Frame> frames = new ArrayList<>();
        frames.add(History.header("main", head, false, new Lease.None()));
        history.objects().forEach((id, bytes) -> frames.add(History.raw(id, bytes)));
        frames.add(new Frame.CommitPack(snapshots, commits));
        frames.add(new Frame.End(history.objects().size(), commits.size()));
        return frames;
    }

    private final History history = History.line("h", 3);
    private final List<Commit> commits = history.commits();

    private List<Frame> with(List<Frame.SnapshotDelta> snapshots, List<Commit> some) {
        return packs(Optional.of(history.head()), history, snapshots, some);
    }

    @Test
    void aSnapshotThatIsNotWhatItsIdSaysIsRefused() {
        List<Frame.SnapshotDelta> snapshots = new ArrayList<>(history.snapshots(commits));
        Frame.SnapshotDelta last = snapshots.removeLast();
        Map<String, Sha256> set = new TreeMap<>(last.delta().set());
        set.put("counter.txt", history.objects().keySet().iterator().next());
        snapshots.add(new Frame.SnapshotDelta(last.id(), last.base(), new ManifestDelta(set, List.of()), "t",
                Optional.empty(), false));
        refused(Code.SNAPSHOT_MISMATCH, with(snapshots, commits));
    }

    @Test
    void aCommitThatIsNotWhatItsIdSaysIsRefused() {
        Commit honest = commits.getLast();
        Commit other = History.commit("forged", honest.parents(), honest.snapshotId());
        Commit forged = new Commit(honest.id(), "", "main", other.snapshotId(), "forged", History.TIME,
                other.parent1(), other.parent2(), "", Map.of(), Optional.empty(), "none", List.of(), "", "", "", "", "",
                "", 5, List.of(), 0);
        refused(Code.COMMIT_MISMATCH, with(history.snapshots(commits), List.of(commits.get(0), commits.get(1), forged)));
    }

    @Test
    void parentsThatAreNowhereOrLaterAreRefused() {
        refused(Code.UNKNOWN_PARENT, with(history.snapshots(commits), commits.subList(1, 3)));
        refused(Code.UNKNOWN_PARENT, with(history.snapshots(commits), commits.reversed()));
    }

    @Test
    void duplicatesAreRefused() {
        List<Commit> twice = new ArrayList<>(commits);
        twice.add(commits.getFirst());
        refused(Code.DUPLICATE_ID, with(history.snapshots(commits), twice));
        List<Frame.SnapshotDelta> snapshots = new ArrayList<>(history.snapshots(commits));
        snapshots.add(snapshots.getFirst());
        refused(Code.DUPLICATE_ID, with(snapshots, commits));
    }

    @Test
    void basesAndSnapshotsAndHeadsThatAreNowhereAreRefused() {
        List<Frame.SnapshotDelta> snapshots = history.snapshots(commits);
        refused(Code.UNKNOWN_BASE, with(snapshots.subList(1, 3), commits.subList(0, 0)));
        refused(Code.UNKNOWN_SNAPSHOT, with(snapshots.subList(0, 2), commits));
        refused(Code.UNKNOWN_HEAD, packs(Optional.of(Sha256.of(text("nowhere"))), history, snapshots, commits));
    }

    @Test
    void missingObjectsAreListedUpToTwentyWithTheirCount() {
        History wide = new History();
        Map<String, String> files = new TreeMap<>();
        for (int i = 0; i < 30; i++) {
            files.put("f" + i, "content " + i);
        }
        wide.commit("wide", files);
        Frame.Header header = History.header("main", Optional.of(wide.head()), false, new Lease.None());
        Problem refused = assertThrows(Problem.class,
                () -> bench.push(wide.push(header, List.of(), wide.commits())));
        assertEquals(Code.MISSING_OBJECTS, refused.code());
        assertTrue(refused.code().retryable());
        assertEquals(30, refused.details().integer("count", 0));
        assertEquals(20, refused.details().list("missing").size());
    }

    @Test
    void pathsThatEnterMuseOrLeaveTheTreeAreRefused() {
        for (String path : List.of(".muse/HEAD", "/etc/passwd", "a/../../b")) {
            Sha256 object = history.object("x");
            Manifest manifest = Manifest.of(Map.of(path, object));
            Frame.SnapshotDelta s = new Frame.SnapshotDelta(Ids.snapshot(manifest), Optional.empty(),
                    new ManifestDelta(new TreeMap<>(Map.of(path, object)), List.of()), "t", Optional.empty(), false);
            refused(Code.INVALID_PATH, with(List.of(s), List.of(History.commit("m", List.of(), s.id()))));
        }
    }

    @Test
    void aWrongKeyOrderIsRefused() {
        Frame.SnapshotDelta s = history.snapshots(commits).getFirst();
        Frame.SnapshotDelta wrong = new Frame.SnapshotDelta(s.id(), s.base(), s.delta(), s.createdAt(),
                Optional.of(new int[] {0, 0}), false);
        refused(Code.INVALID_SNAPSHOT, packs(Optional.of(commits.getFirst().id()), history, List.of(wrong),
                commits.subList(0, 1)));
    }

    @Test
    void aSnapshotsTimeThatNoDatabaseKeepsIsRefused() {
        Frame.SnapshotDelta s = history.snapshots(commits).getFirst();
        for (String time : List.of("now\0", "x".repeat(1000))) {
            Frame.SnapshotDelta odd = new Frame.SnapshotDelta(s.id(), s.base(), s.delta(), time, Optional.empty(), false);
            refused(Code.INVALID_SNAPSHOT, packs(Optional.of(commits.getFirst().id()), history, List.of(odd),
                    commits.subList(0, 1)));
        }
    }

    @Test
    void timesThatCannotBeReadAreRefused() {
        Commit c = commits.getFirst();
        for (String time : List.of("yesterday", "", "+12026-01-01T00:00:00+00:00")) {
            Commit odd = new Commit(Ids.commit(List.of(), c.snapshotId(), "m", time), "", "main", c.snapshotId(), "m",
                    time, Optional.empty(), Optional.empty(), "", Map.of(), Optional.empty(), "none", List.of(), "",
                    "", "", "", "", "", 5, List.of(), 0);
            refused(Code.INVALID_COMMIT, packs(Optional.of(odd.id()), history, history.snapshots(List.of(c)),
                    List.of(odd)));
        }
    }

    // Signatures and quota

    @Test
    void signaturesAreToldApartAndRequiredWhereThePolicySaysSo() {
        byte[] seed = new byte[32];
        seed[0] = 7;
        byte[] publicKey = UserKey.publicKey(seed);
        String keyId = CommitSignature.keyId(publicKey);
        bench.sql("insert into signing_keys (user_id, name, public_key, key_id) select id, 'k', '\\x"
                + HexFormat.of().formatHex(publicKey) + "', '" + keyId + "' from users");
        bench.sql("update repositories set signature_policy = 'warn'");
        List<Commit> kinds = new ArrayList<>();
        History five = History.line("five", 5);
        List<Commit> plain = five.commits();
        kinds.add(plain.get(0));
        kinds.add(plain.get(1).withSignature(UserKey.sign(seed, plain.get(1).id()), keyId));
        kinds.add(plain.get(2).withSignature(UserKey.sign(seed, plain.get(2).id()), "0".repeat(16)));
        kinds.add(plain.get(3).withSignature(UserKey.sign(seed, plain.get(1).id()), keyId));
        kinds.add(plain.get(4).withSignature("a".repeat(64), keyId));
        Frame.Result result = bench.push(packs(Optional.of(five.head()), five, five.snapshots(plain), kinds));
        assertEquals(1, result.warnings().size());
        for (String state : List.of("none", "verified", "unknown-key", "invalid", "unverifiable")) {
            assertEquals(1, bench.count("from commits where signature_state = '" + state + "'"), state);
        }
        bench.sql("update repositories set signature_policy = 'require'");
        Commit unsigned = five.commit("unsigned", Map.of("a", "b"));
        Problem refused = assertThrows(Problem.class, () -> bench.push(packs(Optional.of(unsigned.id()), five,
                five.snapshots(List.of(unsigned)), List.of(unsigned))));
        assertEquals(Code.SIGNATURE_REQUIRED, refused.code());
        assertEquals(List.of(unsigned.id().toString()), refused.details().texts("commits"));
        Commit signed = unsigned.withSignature(UserKey.sign(seed, unsigned.id()), keyId);
        bench.push(packs(Optional.of(signed.id()), five, five.snapshots(List.of(unsigned)), List.of(signed)));
        assertEquals(signed.id(), bench.heads().get("main"));
    }

    @Test
    void aSignatureIsKeptThoughTheCommitWasThereWithoutOne() throws SQLException {
        byte[] seed = new byte[32];
        seed[0] = 8;
        byte[] publicKey = UserKey.publicKey(seed);
        String keyId = CommitSignature.keyId(publicKey);
        bench.sql("insert into signing_keys (user_id, name, public_key, key_id) select id, 'k', '\\x"
                + HexFormat.of().formatHex(publicKey) + "', '" + keyId + "' from users");
        History two = History.line("two", 2);
        List<Commit> plain = two.commits();
        bench.push(packs(Optional.empty(), two, two.snapshots(plain), plain));
        bench.sql("update repositories set signature_policy = 'require'");
        List<Commit> signed = plain.stream()
                .map(c -> otherAuthor(c).withSignature(UserKey.sign(seed, c.id()), keyId)).toList();
        bench.push(packs(Optional.of(two.head()), two, List.of(), signed));
        assertEquals(two.head(), bench.heads().get("main"));
        assertEquals(2, bench.count("from commits where signature_state = 'verified' and signer_id is not null"));
        List<Sha256> ids = plain.stream().map(Commit::id).toList();
        try (Connection c = bench.pool().acquire("test")) {
            List<Commit> kept = CommitRows.recorded(c, bench.repository().id(), ids).stream()
                    .map(row -> CommitFields.WIRE.parse(MsgPackValues.decode(row.record()).asDict("commit"))).toList();
            for (int i = 0; i < 2; i++) {
                assertEquals(plain.get(i).withSignature(signed.get(i).signature(), keyId), kept.get(i),
                        "all but the signature is what came first");
            }
        }
        // What is verified stays, also where nothing or something else comes.
        bench.sql("update repositories set signature_policy = 'off'");
        bench.push(packs(Optional.of(two.head()), two, List.of(), plain));
        assertEquals(2, bench.count("from commits where signature_state = 'verified'"));
    }

    private static Commit otherAuthor(Commit c) {
        return new Commit(c.id(), c.repoId(), c.branch(), c.snapshotId(), c.message(), c.committedAt(), c.parent1(),
                c.parent2(), "Mallory", c.metadata(), c.structuredDelta(), c.semVerBump(), c.breakingChanges(),
                c.agentId(), c.modelId(), c.toolchainId(), c.promptHash(), c.signature(), c.signerKeyId(),
                c.formatVersion(), c.reviewedBy(), c.testRuns());
    }

    @Test
    void aQuotaRefusesWhatDoesNotFitWithItsNumbers() {
        bench.sql("update repositories set quota_bytes = 10");
        Problem refused = assertThrows(Problem.class, () -> bench.push(history.push("main")));
        assertEquals(Code.QUOTA_EXCEEDED, refused.code());
        assertEquals(10, refused.details().integer("limit", 0));
        assertEquals(Map.of(), bench.heads());
        bench.sql("update repositories set quota_bytes = null");
        bench.sql("update users set quota_bytes = 1000000");
        bench.push(history.push("main"));
    }
}
