package dev.musehub.server.browser;

import dev.musehub.core.model.Problem;
import dev.musehub.pages.Layout;
import dev.musehub.pages.ProblemPage;
import dev.musehub.server.access.Access;
import dev.musehub.server.access.Session;
import dev.musehub.server.browser.PageAnswer.FramedPage;
import dev.musehub.server.browser.PageAnswer.PageHandler;
import dev.musehub.server.http.Exchange;
import dev.musehub.server.http.RouteHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Optional;

/** What all answers to browsers have in common: the headers, the session, the frame, and failures as pages. */
public final class PageResponder {

    private static final String HTML = "text/html; charset=utf-8";

    /** Scripts, styles, pictures and sounds come from this hub only, and forms go to it only. */
    private static final String POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
            + " media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final Access access;

    public PageResponder(Access access) {
        this.access = access;
    }

    /** The handler of a route that {@code pages} makes the answers of. */
    public RouteHandler answering(PageHandler pages) {
        return call -> answer(call, pages);
    }

    private void answer(Exchange call, PageHandler pages) throws IOException, SQLException, InterruptedException {
        call.set("Content-Security-Policy", POLICY);
        call.set("Referrer-Policy", "same-origin");
        call.set("X-Frame-Options", "DENY");
        call.set("Vary", "Cookie, Accept");
        // If the session cannot be found out, the reader is treated as signed out.
        refuseByPage(new PageRequest(call, new Session(Optional.empty(), ""), access));
        PageRequest request = new PageRequest(call, Session.of(call, access), access);
        refuseByPage(request);
        if (call.path().contains("")) {
            throw new Problem(Problem.Code.NOT_FOUND, "there is nothing at this address");
        }
        write(request, pages.answer(request));
    }

    private static void refuseByPage(PageRequest request) {
        request.call().refuseBy(problem -> write(request, new FramedPage(problem.code().status(), Optional.empty(),
                ProblemPage.of(request.visit(), problem))));
    }

    private static void write(PageRequest request, PageAnswer answer) throws IOException {
        Exchange call = request.call();
        switch (answer) {
            case FramedPage(int status, var repository, var page) -> call.answer(status, HTML,
                    Layout.of(request.visit(), repository, page).getBytes(StandardCharsets.UTF_8));
            case PageAnswer.Redirect(String address) -> {
                call.set("Location", address);
                call.answer(303, HTML, new byte[0]);
            }
            case PageAnswer.Written _ -> { }
        }
    }
}
