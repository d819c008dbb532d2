package dev.musehub.client.muse;

import dev.musehub.core.history.Commit;
import dev.musehub.core.history.CommitSignature;
import java.util.List;

/** Signs commits; their ids stay, as the signature is no part of them. */
public final class Signing {

    private final MuseRepository repository;
    private final byte[] seed;
    private final String keyId;

    public Signing(MuseRepository repository, byte[] seed) {
        this.repository = repository;
        this.seed = seed;
        this.keyId = CommitSignature.keyId(CommitSignature.publicKey(seed));
    }

    /** Signs those of {@code commits} that carry no signature, and rewrites their files; returns all of them. */
    public List<Commit> sign(List<Commit> commits) {
        return commits.stream().map(commit -> {
            if (!commit.signature().isEmpty()) {
                return commit;
            }
            Commit signed = commit.withSignature(CommitSignature.sign(seed, commit.id()), keyId);
            repository.rewriteCommit(signed);
            return signed;
        }).toList();
    }
}
