package dev.musehub.server.http;

import java.io.IOException;
import java.sql.SQLException;

/** Answers the requests of one route. */
public interface RouteHandler {

    /**
     * Reads the request and writes the answer.
     *
     * @throws IOException if the connection fails
     */
    void answer(Exchange call) throws IOException, SQLException, InterruptedException;
}
