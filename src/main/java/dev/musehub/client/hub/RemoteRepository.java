package dev.musehub.client.hub;

import dev.musehub.client.muse.Config;
import dev.musehub.client.muse.Identity;
import dev.musehub.client.muse.MuseRepository;
import java.net.URI;
import java.nio.file.Path;

/** The two ends of a transfer: a local repository, its configuration, and one of its remotes. */
public record RemoteRepository(MuseRepository local, Config config, Config.Remote remote) {

    /** The remote {@code name} of the repository around the current directory. */
    public static RemoteRepository here(String name) {
        MuseRepository local = MuseRepository.find(Path.of(""));
        Config config = Config.read(local.configFile());
        return new RemoteRepository(local, config, config.remote(name));
    }

    /** A client of the remote, with the token stored for its host. */
    public HubClient connect() {
        URI url = Config.url(remote.url());
        return new HubClient(url, Identity.ofUser().tokenFor(url));
    }
}
