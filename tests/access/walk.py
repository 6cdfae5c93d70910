"""The walk: every route of the URL table, and the people and programs who try each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.urls import URLPattern, URLResolver, get_resolver

ANYONE, SIGNED_IN, READ, OPERATE, CONTRIBUTE, OWN, ADMINISTRATOR = (
    "anyone",
    "signed in",
    "read",
    "operate",
    "contribute",
    "own",
    "administrator",
)
NARROW, PROGRAM = "a token for reading", "a service account"
ROUTERS = "a router"
"""Nobody who signs in."""
ONE_ACTION, HELD = "a role of one action", "models.deploy"
MAY: dict[str, tuple[str, ...]] = {
    "anonymous": (ANYONE,),
    "stranger": (ANYONE, SIGNED_IN),
    "reader": (ANYONE, SIGNED_IN, READ),
    "operator": (ANYONE, SIGNED_IN, READ, OPERATE),
    NARROW: (ANYONE, SIGNED_IN, READ),
    PROGRAM: (ANYONE, SIGNED_IN, READ, OPERATE),
    "contributor": (ANYONE, SIGNED_IN, READ, OPERATE, CONTRIBUTE),
    "owner": (ANYONE, SIGNED_IN, READ, OPERATE, CONTRIBUTE, OWN),
    "administrator": (ANYONE, SIGNED_IN, READ, OPERATE, CONTRIBUTE, OWN, ADMINISTRATOR),
}


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `path` and the texts in `body` may name things of the world, such as `{run_id}`."""

    route: str
    method: str
    needs: str
    query: str = ""
    body: dict[str, Any] = {}
    form: bool = False
    """The body of a REST request goes as a form instead of as JSON."""
    allowed: tuple[int, ...] = ()
    """Statuses that are right for people who may, where they are none of the usual ones."""


def routes() -> Iterator[str]:
    """The pattern of every route, such as `api/v1/runs/<uuid:run_id>/`."""
    yield from sorted(set(_below("", get_resolver().url_patterns)))


def _below(prefix: str, patterns: Any) -> Iterator[str]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _below(route, entry.url_patterns)
        elif isinstance(entry, URLPattern):
            yield route
