"""How the containers of an engine are, by deployment and revision."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mlops.deployments.models import Deployment
from mlops.deployments.targets.docker.containers import Container
from mlops.deployments.targets.docker.engines import Engine
from mlops.deployments.targets.docker.rows import started, wanted
from mlops.deployments.targets.docker.states import replica_of
from mlops.deployments.targets.observed import Observed, Replica, together
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

SECONDS = 5.0
AT_ONCE = 8
PATIENCE_SECONDS = 180.0
"""A busy engine takes its time to start a container."""

Key = tuple[str, int, int]


def look(
    client: Any, engine: Engine, rows: Iterable[Deployment], there: Sequence[Container]
) -> dict[tuple[str, int], Observed]:
    """Of those that are wanted; the others are on their way out, and the router is to forget them."""
    found = {one.key: one for one in there if not one.ending_since}
    asked: dict[tuple[str, int], list[Key]] = {}
    counts: dict[tuple[str, int], int] = {}
    for row in rows:
        for one in wanted(row, started=started(row, there)):
            asked.setdefault(one.key[:2], []).append(one.key)
        counts[(str(row.pk), row.revision)] = row.instances
    keys = [key for of_it in asked.values() for key in of_it if key in found]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        seen = dict(
            zip(
                keys, threads.map(lambda key: replica_of(client, found[key], address=engine.address), keys), strict=True
            )
        )
    return {
        key: together(
            [seen.get(one) or _absent(one) for one in of_it],
            wanted=counts.get(key, len(of_it)),
            patience_seconds=PATIENCE_SECONDS,
        )
        for key, of_it in asked.items()
        if any(one in found for one in of_it)
    }


def unknown(rows: Iterable[Deployment], why: Refusal) -> dict[tuple[str, int], Observed]:
    """What runs goes on without us: the router keeps sending requests there."""
    told = Observed(state="unknown", reason=why.message, hint=why.hint, patience_seconds=PATIENCE_SECONDS)
    revisions = ((str(row.pk), revision) for row in rows for revision in {row.revision, row.ready_revision} - {None})
    return {(pk, revision): told for pk, revision in revisions if revision is not None}


def _absent(key: Key) -> Replica:
    return Replica(name=str(key[2]), state="starting", reason=_("It is about to be started."))
