"""The kinds of single things that can be shown to somebody outside of their project, and what that lets one do.

Packages above this one register their kinds when they are loaded. Each thing has a `project` and an id of its own."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.db.models import Model
from django.utils.translation import gettext as _

from mlops.access.catalogue import SEE
from mlops.formats.refusal import Refusal, nearest

READER, OPERATOR = "reader", "operator"
LEVELS: dict[str, frozenset[str]] = {
    READER: frozenset({SEE}),
    OPERATOR: frozenset({SEE, "endpoints.score", "endpoints.keys", "endpoints.traffic"}),
}
"""What a grant on one thing lets its holder do with that thing: nothing else of the project."""


class Shareable(msgspec.Struct, frozen=True, kw_only=True):
    noun: str
    """As in addresses, such as `models`."""
    title: Any
    """One of them, in words."""
    model: type[Model]
    page: str
    """The name of the route of its page, which takes the id alone."""
    notice: str = ""
    """The kind of the notices about it, whose `ref` is its id."""
    levels: tuple[str, ...] = (READER,)
    """What may be granted to people; none: nothing."""
    is_offered: bool = False
    """Whether its project may offer it to other projects (access.offered)."""


_kinds: dict[str, Shareable] = {}


def register(kind: Shareable) -> None:
    _kinds[kind.noun] = kind


def kinds() -> list[Shareable]:
    return sorted(_kinds.values(), key=lambda one: one.noun)


def kind_named(noun: str) -> Shareable:
    """Raises Refusal `kind_unknown` with the nearest noun."""
    found = _kinds.get(noun)
    if found is None:
        hint = nearest(noun, _kinds) or _("There are: %(kinds)s.") % {"kinds": ", ".join(sorted(_kinds))}
        raise Refusal(
            "kind_unknown",
            _("Things of the kind “%(noun)s” cannot be shared.") % {"noun": noun[:60]},
            hint=hint,
            status=404,
        )
    return found


def kind_of(thing: Any) -> Shareable:
    return next(kind for kind in _kinds.values() if isinstance(thing, kind.model))


def things(noun: str, ids: list[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """Those that are there, in one query; what is in the recycle bin is not."""
    found = kind_named(noun).model._default_manager.select_related("project").filter(pk__in=ids)
    if any(field.name == "deleted_at" for field in found.model._meta.get_fields()):
        found = found.filter(deleted_at=None)
    return {row.pk: row for row in found}
