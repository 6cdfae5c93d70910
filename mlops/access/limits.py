"""What a token takes away: the person it speaks for may do no more than its actions, and in no project but its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from mlops.access.catalogue import SEE, TOKEN_ACTIONS, actions_for
from mlops.formats.refusal import Refusal


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    actions: frozenset[str] = TOKEN_ACTIONS
    project_id: UUID | None = None
    """None: of every project."""
    by_administrator: bool = False
    """The person may do everything in every project, as far as the limits leave it."""
    token: str = ""
    """Its name, for refusals."""

    def leave(self, deed: str, project_id: Any) -> bool:
        return self.project_id in (None, project_id) and actions_for(deed) <= self.actions | {SEE}


def limits_of(person: Any) -> Limits | None:
    return getattr(person, "limits", None)


def limit(person: Any, *, actions: frozenset[str], project_id: UUID | None, token: str) -> None:
    """Narrows this object of the person for the rest of the request. An administrator is none any more, unless the
    token says so; the object must not be stored."""
    by_administrator = bool(person.is_superuser)
    person.limits = Limits(actions=actions, project_id=project_id, by_administrator=by_administrator, token=token)
    if "server.administer" not in actions or project_id is not None:
        person.is_superuser = person.is_staff = False


def require_unlimited(person: Any, action: str) -> None:
    """For acts outside of projects. Raises Refusal `scope_too_narrow`."""
    limits = limits_of(person)
    if limits is None or (limits.project_id is None and action in limits.actions):
        return
    raise Refusal(
        "scope_too_narrow",
        _("The token “%(token)s” is not for this.") % {"token": limits.token},
        hint=_("Use a token with the scope “%(action)s”, or “all”.") % {"action": action},
        status=403,
    )
