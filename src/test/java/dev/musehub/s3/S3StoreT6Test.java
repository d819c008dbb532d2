package dev.musehub.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.StoreLocation;
import dev.musehub.core.model.StoredObject;
import dev.musehub.core.store.DirectStore;
import dev.musehub.core.store.DirectStore.Offer;
import dev.musehub.core.store.DirectStore.Target;
import dev.musehub.core.store.ObjectStore;
import dev.musehub.core.store.ObjectStore.Blob;
import dev.musehub.s3.S3Check.Enforcement;
import dev.musehub.testing.DirectPuts;
import dev.musehub.testing.S3Server;
import dev.musehub.testing.StoreRelay;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The bucket: what was put comes back, or is reported, never something else. */
@Tag("T6")
class S3StoreT6Test {

    private static final UUID SCOPE = new UUID(1, 2);
    private static S3Server server;

    private final List<String> log = new ArrayList<>();
    private StoreRelay relay;
    private S3Options options;
    private S3Store store;

    @BeforeAll
    static void start() {
        server = S3Server.inProcess();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() throws IOException {
        relay = new StoreRelay(server.endpoint());
        options = server.options(relay);
        store = S3Store.open(options, log::add);
    }

    @AfterEach
    void close() {
        store.close();
        relay.close();
    }

    private static Blob blob(String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new Blob(Sha256.of(bytes), bytes);
    }

    private static byte[] get(Target target) throws IOException {
        try (InputStream in = target.url().toURL().openStream()) {
            return in.readAllBytes();
        }
    }

    @Test
    void aBatchComesBackInAnyOrder() throws IOException {
        List<Blob> blobs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            blobs.add(blob("object " + i));
        }
        blobs.add(blob(""));
        List<StoredObject> stored = store.put(blobs);
        try (ObjectStore.Reader reader = store.reader()) {
            reader.expect(stored);
            for (int i = 0; i < blobs.size(); i++) {
                assertArrayEquals(blobs.get(i).bytes(), reader.read(stored.get(i)));
            }
            assertArrayEquals(blobs.get(3).bytes(), reader.read(stored.get(3)));
        }
    }

    @Test
    void aReaderMayLeaveOutWhatItExpected() throws IOException {
        List<StoredObject> stored = store.put(List.of(blob("a"), blob("b"), blob("c")));
        try (ObjectStore.Reader reader = store.reader()) {
            reader.expect(stored);
            assertArrayEquals(blob("c").bytes(), reader.read(stored.get(2)));
            assertArrayEquals(blob("a").bytes(), reader.read(stored.get(0)));
        }
    }

    @Test
    void whatIsGoneOrAnotherIsReported() throws IOException {
        StoredObject here = store.put(List.of(blob("here"))).getFirst();
        StoredObject gone = new StoredObject(blob("gone").id(), 4, here.place());
        StoredObject longer = new StoredObject(here.id(), 3, here.place());
        try (ObjectStore.Reader reader = store.reader()) {
            assertEquals(Problem.Code.OBJECT_DAMAGED, assertThrows(Problem.class, () -> reader.read(gone)).code());
            assertEquals(Problem.Code.OBJECT_DAMAGED, assertThrows(Problem.class, () -> reader.read(longer)).code());
        }
    }

    @Test
    void aLargeObjectStreamsInAndOut() throws IOException {
        Blob large = blob("large ".repeat(500_000));
        StoredObject stored = store.putLarge(large.id(), large.bytes().length,
                new ByteArrayInputStream(large.bytes()));
        try (ObjectStore.Reader reader = store.reader(); InputStream in = reader.open(stored)) {
            assertArrayEquals(large.bytes(), in.readAllBytes());
        }
    }

    @Test
    void aLargeObjectWithOtherBytesIsRefusedAndNotKept() {
        Blob large = blob("large ".repeat(500_000));
        byte[] wrong = large.bytes().clone();
        wrong[1_000_000] ^= 1;
        Problem refused = assertThrows(Problem.class, () -> store.putLarge(large.id(), wrong.length,
                new ByteArrayInputStream(wrong)));
        assertEquals(Problem.Code.OBJECT_MISMATCH, refused.code());
        StoredObject claimed = new StoredObject(large.id(), wrong.length, Optional.of(new StoreLocation(S3Keys.HUB, -1)));
        try (ObjectStore.Reader reader = store.reader()) {
            assertThrows(Problem.class, () -> reader.read(claimed));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theStartProvesThatTheServerEnforcesChecksums() {
        assertEquals(1, log.size(), log.toString());
        assertTrue(log.getFirst().startsWith("created bucket"));
        // Wrong bytes first, right ones then; the key is gone again.
        List<StoreRelay.Request> puts = relay.requests().stream().filter(r -> r.method().equals("PUT")
                && r.path().contains("check-")).toList();
        assertEquals(List.of(400, 200), puts.stream().map(StoreRelay.Request::status).toList());
        assertTrue(relay.requests().stream().anyMatch(r -> r.method().equals("DELETE")));
    }

    @Test
    void whereNothingIsEnforcedWhatArrivesIsCopiedOutOfReachAndReadBack() throws IOException {
        DirectStore unenforced = direct(Enforcement.READ_BACK);
        Blob right = blob("right bytes");
        Offer offer = new Offer(right.id(), right.bytes().length);
        assertEquals(200, DirectPuts.put(unenforced.put(SCOPE, offer), "wrong bytes".getBytes()));
        assertEquals(Optional.empty(), unenforced.arrived(SCOPE, right.id()));

        Target url = unenforced.put(SCOPE, offer);
        assertEquals(200, DirectPuts.put(url, right.bytes()));
        StoredObject arrived = unenforced.arrived(SCOPE, right.id()).orElseThrow();
        assertEquals(2, unenforced.readBack());
        // The URL still works, and cannot reach what a row points to.
        assertEquals(200, DirectPuts.put(url, "WRONG BYTES".getBytes()));
        assertArrayEquals(right.bytes(), get(unenforced.get(arrived)));
    }

    @Test
    void whereTheServerGivesNoChecksumTheObjectIsReadBack() throws IOException {
        DirectStore hashing = direct(Enforcement.CONTENT_HASH);
        Blob blob = blob("hashed");
        // Put by an URL that signs no checksum: so the server keeps none.
        assertEquals(200, DirectPuts.put(direct(Enforcement.READ_BACK).put(SCOPE, new Offer(blob.id(), blob.bytes().length)),
                blob.bytes()));
        assertTrue(hashing.arrived(SCOPE, blob.id()).isPresent());
        assertEquals(1, hashing.readBack());
    }

    @Test
    void partsOfWrongBytesAreNotTheObject() throws IOException {
        DirectStore direct = store.direct().orElseThrow();
        Blob right = blob("x".repeat(7_000_000));
        Offer offer = new Offer(right.id(), right.bytes().length);
        byte[] wrong = right.bytes().clone();
        wrong[6_000_000] = 'y';
        putParts(direct, offer, wrong);
        assertEquals(Optional.empty(), direct.arrivedInParts(SCOPE, offer));
        assertEquals(0, direct.parts(SCOPE, offer).present().size());
        putParts(direct, offer, right.bytes());
        StoredObject arrived = direct.arrivedInParts(SCOPE, offer).orElseThrow();
        assertArrayEquals(right.bytes(), get(direct.get(arrived)));
        assertEquals(Optional.empty(), direct.arrivedInParts(SCOPE, offer));
    }

    @Test
    void anUploadInPartsIsFoundAgain() throws IOException {
        DirectStore direct = store.direct().orElseThrow();
        Blob blob = blob("z".repeat(12_000_000));
        Offer offer = new Offer(blob.id(), blob.bytes().length);
        DirectStore.MultipartState parts = direct.parts(SCOPE, offer);
        assertEquals(3, parts.missing().size());
        byte[] first = java.util.Arrays.copyOf(blob.bytes(), Math.toIntExact(parts.partBytes()));
        assertEquals(200, DirectPuts.put(parts.missing().get(1), first));
        DirectStore.MultipartState later = direct(Enforcement.CHECKSUM).parts(SCOPE, offer);
        assertEquals(List.of(1), later.present());
        assertEquals(java.util.Set.of(2, 3), later.missing().keySet());
        assertEquals(Optional.empty(), direct.arrivedInParts(SCOPE, offer));
    }

    private void putParts(DirectStore direct, Offer offer, byte[] bytes) throws IOException {
        DirectStore.MultipartState parts = direct.parts(SCOPE, offer);
        for (Map.Entry<Integer, Target> part : parts.missing().entrySet()) {
            int from = Math.toIntExact((part.getKey() - 1) * parts.partBytes());
            int to = (int) Math.min(bytes.length, from + parts.partBytes());
            assertEquals(200, DirectPuts.put(part.getValue(), java.util.Arrays.copyOfRange(bytes, from, to)));
        }
    }

    private DirectStore direct(Enforcement enforcement) {
        return new S3Direct(S3Bucket.of(options), enforcement);
    }

    @Test
    void urlsAreSignedForTheHostThatClientsSee() {
        S3Options outside = options.seenAt(URI.create("http://objects.example:9999"));
        Target target = new S3Direct(S3Bucket.of(outside), Enforcement.CHECKSUM)
                .put(SCOPE, new Offer(blob("x").id(), 1));
        assertEquals("objects.example:9999", target.url().getRawAuthority());
        assertTrue(target.url().getRawQuery().contains("X-Amz-SignedHeaders=content-length%3Bhost"
                + "%3Bx-amz-checksum-sha256"));
    }

    /** The example of AWS's own documentation of signed URLs. */
    @Test
    void aSignatureIsThatOfTheDocumentation() {
        S3Options example = new S3Options(URI.create("https://s3.amazonaws.com"), URI.create("https://s3.amazonaws.com"),
                "us-east-1", "examplebucket", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", false,
                S3Options.PUT_BYTES);
        Clock then = Clock.fixed(Instant.parse("2013-05-24T00:00:00Z"), ZoneOffset.UTC);
        Target target = new Presigner(example, then).sign("GET", "test.txt", Map.of(), Map.of(), Duration.ofDays(1));
        assertTrue(target.url().toString().endsWith(
                "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),
                target.url().toString());
        assertFalse(target.url().toString().contains("wJalr"));
    }

    @Test
    void aWrongKeyIsToldToTheOperatorWithoutTheSecret() {
        S3Options wrong = new S3Options(options.endpoint(), options.endpoint(), options.region(), options.bucket(),
                options.accessKey(), "not-the-secret", true, S3Options.PUT_BYTES);
        IOException refused = assertThrows(IOException.class, () -> S3Store.open(wrong, log::add));
        assertTrue(refused.getMessage().contains("AWS_SECRET_ACCESS_KEY"), refused.getMessage());
        assertFalse(refused.getMessage().contains("not-the-secret"));
        assertFalse(wrong.toString().contains("not-the-secret"));
    }

    @Test
    void aServerThatIsNotThereIsToldWithItsAddress() {
        relay.close();
        IOException down = assertThrows(IOException.class, () -> S3Store.open(options, log::add));
        assertTrue(down.getMessage().contains("AWS_ENDPOINT_URL_S3"), down.getMessage());
    }
}
