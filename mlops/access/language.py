"""The language that a person reads: their own choice, else what their browser asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from mlops.access.models import Spoken
from mlops.formats.refusal import Refusal, Where

IN_SESSION = "language"


class SpeakTheirs:
    """Middleware, behind the one that asks the browser. The choice is kept in the session: no query a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if chosen := request.session.get(IN_SESSION):
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


def language_of(person: Any) -> str:
    """Empty: they have not chosen."""
    return Spoken.objects.filter(user=person).values_list("language", flat=True).first() or ""


def remember(request: HttpRequest, person: Any) -> None:
    """At sign-in."""
    if chosen := language_of(person):
        request.session[IN_SESSION] = chosen


def choose(request: HttpRequest, language: str) -> None:
    """For the signed-in person, from now on and in mails. Empty: as the browser asks. Raises Refusal
    `language_unknown`."""
    if language and language not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        message = _("The product does not speak “%s”.") % language[:20]
        raise Refusal("language_unknown", message, hint=_("There are: %s.") % known, where=Where(parameter="language"))
    person: Any = request.user
    if language:
        Spoken.objects.update_or_create(user=person, defaults={"language": language})
        request.session[IN_SESSION] = language
        translation.activate(language)
    else:
        Spoken.objects.filter(user=person).delete()
        request.session.pop(IN_SESSION, None)
