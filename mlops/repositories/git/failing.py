"""What went wrong on the way, in words that name the cause and the remedy."""

from __future__ import annotations

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.repositories.git.orders import Place


def refusal_of(error: Exception, place: Place) -> Refusal:
    from dulwich.client import HTTPUnauthorized
    from dulwich.errors import NotGitRepository

    text = " ".join(str(error).split())[:300]
    where = place.host or place.path
    if isinstance(error, HTTPUnauthorized) or "http resp 403" in text:
        return Refusal(
            "repository_login_refused",
            _("%(where)s asks for another login.") % {"where": where},
            hint=_("Give a token that may read the repository (and write it, where commits are pushed)."),
            status=422,
        )
    if isinstance(error, NotGitRepository):
        return Refusal(
            "repository_unknown",
            _("There is no repository “%(path)s” at %(where)s, or the login may not see it.")
            % {"path": place.path, "where": where},
            hint=_("Check the address and the token."),
            status=422,
        )
    if "http resp 3" in text:
        return Refusal(
            "repository_moved",
            _("%(where)s sends on to another address, which is not followed.") % {"where": where},
            hint=_("Give the repository's own address, as `git clone` takes it (often with .git at its end)."),
            status=422,
        )
    if isinstance(error, MemoryError):
        return Refusal(
            "repository_too_large",
            _("The repository needs more memory than a fetch may use."),
            hint=_("Keep data and models out of it, in data assets and registered models."),
            status=422,
        )
    return Refusal(
        "repository_unreachable",
        _("Git at %(where)s failed: %(text)s.") % {"where": where, "text": text or type(error).__name__},
        hint=_("See whether the address is right and the host can be reached from here."),
        status=422,
    )
