"""What went wrong on the way, in words that name the cause and the remedy."""

from __future__ import annotations

from mlops.formats.refusal import Refusal
from mlops.repositories.git.orders import Place


def refusal_of(error: Exception, place: Place) -> Refusal:
    from dulwich.client import HTTPUnauthorized
    from dulwich.errors import NotGitRepository

    text = " ".join(str(error).split())[:300]
    where = place.host or place.path
    if isinstance(error, HTTPUnauthorized) or "http resp 403" in text:
        return Refusal(
            "repository_login_refused",
            f"{where} asks for another login.",
            hint="Give a token that may read the repository (and write it, where commits are pushed).",
            status=422,
        )
    if isinstance(error, NotGitRepository):
        return Refusal(
            "repository_unknown",
            f"There is no repository “{place.path}” at {where}, or the login may not see it.",
            hint="Check the address and the token.",
            status=422,
        )
    if "http resp 3" in text:
        return Refusal(
            "repository_moved",
            f"{where} sends on to another address, which is not followed.",
            hint="Give the repository's own address, as `git clone` takes it (often with .git at its end).",
            status=422,
        )
    if isinstance(error, MemoryError):
        return Refusal(
            "repository_too_large",
            "The repository needs more memory than a fetch may use.",
            hint="Keep data and models out of it, in data assets and registered models.",
            status=422,
        )
    return Refusal(
        "repository_unreachable",
        f"Git at {where} failed: {text or type(error).__name__}.",
        hint="See whether the address is right and the host can be reached from here.",
        status=422,
    )
