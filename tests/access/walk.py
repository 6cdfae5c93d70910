"""The walk: every route of the URL table, and the six people who try each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.urls import URLPattern, URLResolver, get_resolver

ANYONE, SIGNED_IN, READ, CONTRIBUTE, OWN, ADMINISTRATOR = (
    "anyone",
    "signed in",
    "read",
    "contribute",
    "own",
    "administrator",
)
MAY: dict[str, tuple[str, ...]] = {
    "anonymous": (ANYONE,),
    "stranger": (ANYONE, SIGNED_IN),
    "reader": (ANYONE, SIGNED_IN, READ),
    "contributor": (ANYONE, SIGNED_IN, READ, CONTRIBUTE),
    "owner": (ANYONE, SIGNED_IN, READ, CONTRIBUTE, OWN),
    "administrator": (ANYONE, SIGNED_IN, READ, CONTRIBUTE, OWN, ADMINISTRATOR),
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
