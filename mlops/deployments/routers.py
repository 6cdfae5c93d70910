"""The routers there are: one beside this server at MLOPS_ROUTER_URL, or with MLOPS_ROUTER_TOKEN all that ask for the
routing table; and how they are asked what they know."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.deployments.models import PublishedTable, RouterSeen
from mlops.formats.refusal import Refusal

SILENT = timedelta(seconds=15)
"""Who has not asked for this long is away, or cannot reach us."""
BEHIND = timedelta(seconds=5)
MOST_AT_ONCE = 8


class Place(NamedTuple):
    """`pk` is None of the one that is beside this server."""

    pk: int | None
    url: str


class Told(NamedTuple):
    place: Place
    headers: Mapping[str, str]
    body: bytes


class Standing(NamedTuple):
    """How a router is that asks for its table."""

    name: str
    address: str
    revision: int
    seen_at: datetime
    trouble: str
    """Empty where all is well."""


def places() -> list[Place]:
    if not settings.ROUTER_TOKEN:
        return [Place(None, settings.ROUTER_URL)]
    seen = RouterSeen.objects.filter(seen_at__gt=timezone.now() - SILENT).order_by("name")
    return [Place(pk, address) for pk, address in seen.values_list("pk", "address")]


def ask(path: str, *, seconds: float, method: str = "GET") -> list[Told]:
    """Of all that answer; an answer that refuses has no body. Raises Refusal `router_unreachable` where nobody does."""
    asked = places()
    if not asked:
        raise Refusal(
            "router_unreachable",
            _("No router has asked for its table in the last %d seconds.") % SILENT.total_seconds(),
            hint=_("Start one: `python -m mlops.router --feed …` with MLOPS_ROUTER_TOKEN."),
            status=502,
        )
    with ThreadPoolExecutor(min(len(asked), MOST_AT_ONCE)) as pool:
        found = [one for one in pool.map(lambda place: _asked(place, path, method, seconds), asked) if one is not None]
    if not found:
        raise Refusal(
            "router_unreachable",
            _("The router at %(uri)s does not answer.") % {"uri": ", ".join(place.url for place in asked)},
            hint=_("Is `mlops up` running? MLOPS_ROUTER_URL says where the router is."),
            status=502,
        )
    return found


def standings() -> list[Standing]:
    """Of those that were seen in the last day."""
    now = timezone.now()
    published = PublishedTable.objects.values_list("revision", "published_at").first()
    seen = RouterSeen.objects.filter(seen_at__gt=now - timedelta(days=1)).order_by("name")
    return [
        Standing(one.name, one.address, one.revision, one.seen_at, _trouble(one, now=now, published=published))
        for one in seen.defer("told")
    ]


def _trouble(router: RouterSeen, *, now: datetime, published: tuple[int, datetime] | None) -> str:
    if (silent := now - router.seen_at) > SILENT:
        words = _("The router %(name)s has not asked for its table for %(seconds)d seconds.")
        return words % {"name": router.name, "seconds": silent.total_seconds()}
    if published is not None and router.revision < published[0] and now - published[1] > BEHIND:
        words = _("The router %(name)s is behind: it has table %(has)d, the present one is %(present)d.")
        return words % {"name": router.name, "has": router.revision, "present": published[0]}
    return ""


def _asked(place: Place, path: str, method: str, seconds: float) -> Told | None:
    headers = {"Authorization": f"Bearer {settings.ROUTER_TOKEN}"} if settings.ROUTER_TOKEN else {}
    try:
        with urlopen(Request(place.url + path, method=method, headers=headers), timeout=seconds) as answer:  # nosec B310
            return Told(place, dict(answer.headers), bytes(answer.read()))
    except HTTPError as error:
        return Told(place, dict(error.headers), b"")
    except (OSError, ValueError):
        return None
