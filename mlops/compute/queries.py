"""Reading workers and pools. Everybody who is signed in may: their steps wait for them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.compute.models import JoinToken, Pool
from mlops.formats.demand import has_labels
from mlops.formats.refusal import Refusal, nearest
from mlops.work.models import Standing, Worker
from mlops.work.pulse import alive


def workers() -> QuerySet[Worker]:
    """Those that work, and those that were lost without a word; not those that ended."""
    return Worker.objects.filter(ended_at=None).order_by("name")


def taking() -> list[Worker]:
    """Those that take steps now."""
    return list(alive().filter(state=Standing.ACTIVE).order_by("name"))


def worker_named(name: str) -> Worker:
    """By its name or number. Raises Refusal `worker_unknown`."""
    by_number = Q(pk=int(name)) if name.isdecimal() and len(name) < 18 else Q()
    found = Worker.objects.filter(Q(name=name) | by_number).first() if name else None
    if found is None:
        names = list(Worker.objects.filter(ended_at=None).values_list("name", flat=True))
        raise Refusal(
            "worker_unknown",
            _("There is no worker “%(name)s”.") % {"name": name[:200]},
            hint=nearest(name, names) or _("There are: %(names)s.") % {"names": ", ".join(names) or _("none")},
            status=404,
        )
    return found


def pools() -> dict[str, Pool]:
    return {one.name: one for one in Pool.objects.all()}


def pool_named(name: str) -> Pool:
    """Raises Refusal `pool_unknown`."""
    known = pools()
    if name not in known:
        listed = _("There are: %(names)s.") % {"names": ", ".join(known) or _("none")}
        message = _("There is no pool “%(name)s”.") % {"name": name[:60]}
        raise Refusal("pool_unknown", message, hint=nearest(name, known) or listed, status=404)
    return known[name]


def members(pool: Pool, among: Collection[Worker]) -> list[Worker]:
    return [one for one in among if has_labels(one.labels, pool.labels)]


def join_tokens(actor: Any) -> QuerySet[JoinToken]:
    """Raises Refusal `forbidden` for all but administrators."""
    hint = _("Ask an administrator of this server.")
    require_administrator(actor, _("Only an administrator may see by which tokens machines join."), hint)
    return JoinToken.objects.select_related("created_by")


def join_token(actor: Any, token_id: uuid.UUID) -> JoinToken:
    """Raises Refusal `not_found`."""
    found = join_tokens(actor).filter(pk=token_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such token."), status=404)
    return found
