package dev.musehub.pages;

import dev.musehub.core.model.Problem;

/** The page that says why there is no other. */
public final class ProblemPage {

    private ProblemPage() {
    }

    public static Page of(Visit visit, Problem problem) {
        Markup signIn = visit.viewer().isPresent() ? Markup.NONE
                : Markup.of(" <a href=\"/-/sign-in?to={}\">Sign in</a> to see what is private.",
                        Links.segment(visit.address()));
        return new Page(problem.code().text().replace('-', ' '),
                Markup.of("<h1>{}</h1><p>{}.{}</p>", problem.code().status(), problem.getMessage(), signIn));
    }
}
