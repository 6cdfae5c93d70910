"""Whether a demand fits a worker that takes steps now, told before anything waits for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mlops.compute import queries
from mlops.compute.fitting import MOST_NAMED, told_workers, unmet
from mlops.formats.demand import Demand, written_place
from mlops.work.models import Worker

PAGE = "/compute/"


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """`workers`: those that have all of it, even if they are busy now."""

    fits: bool
    workers: list[str]
    told: str
    hint: str = ""
    url: str = PAGE


class Asks(msgspec.Struct, frozen=True, kw_only=True):
    """A demand in the columns of a step."""

    asks_cpus: float
    asks_memory_bytes: int
    asks_gpus: int
    asks_place: str


def asks_of(demand: Demand, *, pool: str) -> Asks:
    """`pool`: its compute, empty where that is no pool."""
    return Asks(
        asks_cpus=demand.cpus,
        asks_memory_bytes=demand.memory_bytes,
        asks_gpus=demand.gpus,
        asks_place=written_place(pool, demand.labels)[:300],
    )


def would_fit(demand: Demand) -> Fit:
    pools = {one.name: one.labels for one in queries.pools().values()}
    return fit_among(demand, queries.taking(), pools)


def fit_among(demand: Demand, workers: Collection[Worker], pools: Mapping[str, Mapping[str, str]]) -> Fit:
    """`workers`: those that take steps."""
    is_strange = bool(demand.compute) and demand.compute not in pools
    asks = asks_of(demand, pool="" if is_strange else demand.compute)
    hint = _("There is no pool “%(name)s”: it is not asked for.") % {"name": demand.compute} if is_strange else ""
    if not workers:
        hint = _("Resume one (mlops worker resume), or start another.")
        return Fit(fits=False, workers=[], told=_("No worker takes steps now."), hint=hint)
    if missing := unmet(asks, workers, pools):
        told = _("It asks for %(unmet)s, which no worker has. There are: %(workers)s.")
        return Fit(
            fits=False,
            workers=[],
            told=told % {"unmet": missing, "workers": told_workers(workers)},
            hint=hint or _("It would wait until one has it: ask for less, or start such a worker."),
        )
    found = [one.name for one in workers if not unmet(asks, [one], pools)]
    names = ", ".join(found[:MOST_NAMED]) + (", …" if len(found) > MOST_NAMED else "")
    told = ngettext(
        "%(count)d worker has all of it: %(names)s.", "%(count)d workers have all of it: %(names)s.", len(found)
    )
    return Fit(fits=True, workers=found, told=told % {"count": len(found), "names": names}, hint=hint)
