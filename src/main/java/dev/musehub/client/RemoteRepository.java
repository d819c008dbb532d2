package dev.musehub.client;

import dev.musehub.model.Problem;
import java.net.URI;
import java.nio.file.Path;

/** The two ends of a transfer: a repository here and its remote there. */
record RemoteRepository(MuseRepository local, Config config, Config.Remote remote) {

    /** The remote {@code name} of the repository around the current directory. */
    static RemoteRepository here(String name) {
        MuseRepository local = MuseRepository.find(Path.of(""));
        Config config = Config.read(local.configFile());
        return new RemoteRepository(local, config, config.remote(name));
    }

    /** A client of the remote, with the token kept for its host. */
    HubClient connect() {
        URI url = Config.url(remote.url());
        return new HubClient(url, Identity.ofUser().tokenFor(url));
    }

    /** The checked-out branch. */
    String currentBranch() {
        return local.currentBranch().orElseThrow(() -> new Problem(
                Problem.Code.BAD_REQUEST, "HEAD is detached; name a branch"));
    }
}
