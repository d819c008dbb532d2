package dev.musehub.core.push;

import dev.musehub.core.history.CommitSignature;
import dev.musehub.core.model.Problem;
import dev.musehub.core.model.Sha256;
import dev.musehub.core.model.Value;
import dev.musehub.core.push.Integrity.Claim;
import dev.musehub.core.rows.CommitRows.SignatureState;
import dev.musehub.core.rows.KeyRows;
import dev.musehub.core.rows.KeyRows.SigningKey;
import dev.musehub.core.rows.Pool;
import dev.musehub.core.rows.RepositoryRows;
import dev.musehub.core.rows.RepositoryRows.Repository;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;

/**
 * Phase {@code signatures}: checks every signature of the push, on all cores, and refuses the push where the repository
 * requires what it does not have. Keys are looked up in one query.
 */
final class SignatureCheck {

    private static final int LISTED = 20;

    private SignatureCheck() {
    }

    /** What was found of one commit. */
    record FoundSignature(SignatureState state, Optional<Long> signer) {
        static final FoundSignature NONE = new FoundSignature(SignatureState.NONE, Optional.empty());
    }

    /**
     * What was found of all; commits that are not in {@code signed} carry none.
     *
     * @param warnings what the pusher should know, where the policy is to warn
     */
    record CheckedSignatures(Map<Sha256, FoundSignature> signed, List<String> warnings) {

        FoundSignature of(Sha256 commit) {
            return signed.getOrDefault(commit, FoundSignature.NONE);
        }
    }

    private record SignatureVerdict(Sha256 commit, FoundSignature found) { }

    /**
     * Checks a push.
     *
     * @throws Problem {@code signature-required}, naming commits
     */
    static CheckedSignatures check(Pool pool, Repository repository, Integrity.CheckedReferences pushed)
            throws SQLException {
        List<Claim> claims = pushed.claims();
        Map<String, List<SigningKey>> keys = keys(pool, claims);
        Map<Sha256, FoundSignature> signed = new HashMap<>();
        claims.stream().gather(Gatherers.mapConcurrent(Runtime.getRuntime().availableProcessors(),
                        claim -> new SignatureVerdict(claim.commit(), judge(claim, keys))))
                .forEach(verdict -> signed.put(verdict.commit(), verdict.found()));
        List<Sha256> lacking = pushed.parents().keySet().stream()
                .filter(id -> signed.getOrDefault(id, FoundSignature.NONE).state() != SignatureState.VERIFIED).toList();
        return new CheckedSignatures(signed, judged(repository.policy().signatures(), lacking));
    }

    private static List<String> judged(RepositoryRows.SignaturePolicy policy, List<Sha256> lacking) {
        if (lacking.isEmpty()) {
            return List.of();
        }
        String what = "no verified signature on " + lacking.size() + " of these commits, first " + lacking.getFirst();
        return switch (policy) {
            case OFF -> List.of();
            case WARN -> List.of(what);
            case REQUIRE -> throw new Problem(Problem.Code.SIGNATURE_REQUIRED, what + "; this repository requires them:"
                    + " register a key with 'musehub key add' and push with --sign")
                    .with("count", lacking.size())
                    .with("commits", Value.texts(lacking.stream().limit(LISTED).map(Sha256::toString).toList()));
        };
    }

    private static Map<String, List<SigningKey>> keys(Pool pool, List<Claim> claims) throws SQLException {
        Set<String> ids = new HashSet<>();
        for (Claim claim : claims) {
            if (CommitSignature.parse(claim.signature()).isPresent() && claim.keyId().indexOf('\0') < 0) {
                ids.add(claim.keyId());
            }
        }
        Map<String, List<SigningKey>> keys = new HashMap<>();
        if (!ids.isEmpty()) {
            try (Connection c = pool.acquire("keys")) {
                for (SigningKey key : KeyRows.byKeyIds(c, ids)) {
                    keys.computeIfAbsent(key.keyId(), _ -> new ArrayList<>()).add(key);
                }
            }
        }
        return keys;
    }

    private static FoundSignature judge(Claim claim, Map<String, List<SigningKey>> keys) {
        Optional<byte[]> signature = CommitSignature.parse(claim.signature());
        if (signature.isEmpty()) {
            // Muse's own is an HMAC: only who has its key can check it. Kept, and shown as such.
            return new FoundSignature(SignatureState.UNVERIFIABLE, Optional.empty());
        }
        List<SigningKey> candidates = keys.getOrDefault(claim.keyId(), List.of());
        for (SigningKey key : candidates) {
            if (CommitSignature.verify(key.publicKey(), claim.commit(), signature.get())) {
                return new FoundSignature(SignatureState.VERIFIED, Optional.of(key.userId()));
            }
        }
        return new FoundSignature(candidates.isEmpty() ? SignatureState.UNKNOWN_KEY : SignatureState.INVALID,
                Optional.empty());
    }
}
