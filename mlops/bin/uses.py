"""What keeps a thing from being deleted, as people can follow it: a title, its page and how it lets go."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.formats.refusal import Refusal

MOST_NAMED = 5


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """`title` in words, such as `the deployment “blue” of the endpoint “prices”`."""

    title: str
    url: str = ""
    remedy: str = ""
    """What ends the use, as a sentence: `Delete the deployment, or let it serve another version.`"""


class InUse(Refusal):
    """Carries every user, so that a face can link to each."""

    def __init__(self, code: str, what: str, uses: Sequence[Use], *, instead: str = "") -> None:
        super().__init__(
            code,
            _("%(what)s cannot be deleted: it is used by %(users)s.") % {"what": what, "users": named(uses)},
            hint=" ".join([*_remedies(uses), instead or _("Or archive it: it leaves the lists and stays whole.")]),
            status=409,
        )
        self.extra = {"users": msgspec.to_builtins(list(uses))}


def named(uses: Sequence[Use]) -> str:
    """The first of them in words, and how many more there are."""
    told = ", ".join(use.title for use in uses[:MOST_NAMED])
    more = len(uses) - MOST_NAMED
    if more <= 0:
        return told
    return told + " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}


def _remedies(uses: Sequence[Use]) -> list[str]:
    return list(dict.fromkeys(use.remedy for use in uses if use.remedy))
