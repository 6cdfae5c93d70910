"""Why a step waits: which of its demands no worker has, and what workers there are. Pure functions on rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from mlops.formats.demand import has_labels, read_place
from mlops.formats.labels import written_labels
from mlops.work.models import Worker

MOST_NAMED = 3


def demands_of(step: Any) -> dict[str, Any]:
    """Of a row with `asks_…` columns: those that ask for something, in words."""
    pool, labels = read_place(step.asks_place)
    wanted = {
        _("compute"): pool,
        _("labels"): written_labels(labels),
        _("processors"): f"{step.asks_cpus:g}" if step.asks_cpus else "",
        _("memory"): filesizeformat(step.asks_memory_bytes) if step.asks_memory_bytes else "",
        _("GPUs"): str(step.asks_gpus) if step.asks_gpus else "",
    }
    return {name: value for name, value in wanted.items() if value}


def unmet(step: Any, workers: Collection[Worker], pools: Mapping[str, Mapping[str, str]]) -> str:
    """Which demand nobody has, even when idle; empty where some worker has all of them. Without workers: empty, for
    that is told elsewhere."""
    if not workers:
        return ""
    pool, labels = read_place(step.asks_place)
    left = list(workers)
    for kept, told in (
        ([one for one in left if not pool or has_labels(one.labels, pools.get(pool, {}))],
         _("a worker of the pool “%(pool)s” (labels %(labels)s)")
         % {"pool": pool, "labels": written_labels(pools.get(pool, {})) or "–"}),
        ([one for one in left if has_labels(one.labels, labels)],
         _("a worker with the labels %(labels)s") % {"labels": written_labels(labels)}),
        ([one for one in left if one.gpus >= step.asks_gpus], _("%(gpus)d GPUs") % {"gpus": step.asks_gpus}),
        ([one for one in left if one.cpus >= step.asks_cpus], _("%(cpus)g processors") % {"cpus": step.asks_cpus}),
        ([one for one in left if one.total_memory_bytes >= step.asks_memory_bytes],
         _("%(memory)s of memory") % {"memory": filesizeformat(step.asks_memory_bytes)}),
    ):  # fmt: skip
        if not kept:
            return str(told)
        left = [one for one in left if one in kept]
        if not left:
            return _("all of it on one worker: %(all)s") % {
                "all": ", ".join(f"{name} {value}" for name, value in demands_of(step).items())
            }
    return ""


def told_workers(workers: Collection[Worker]) -> str:
    """In one line, such as `a:1 (2 processors, 4 GB, gpu)`."""
    told = [
        _("%(name)s (%(facts)s)")
        % {
            "name": one.name,
            "facts": ", ".join(
                part
                for part in (
                    _("%(cpus)g processors") % {"cpus": one.cpus},
                    filesizeformat(one.total_memory_bytes),
                    _("%(gpus)d GPUs") % {"gpus": one.gpus} if one.gpus else "",
                    written_labels(one.labels),
                )
                if part
            ),
        }
        for one in list(workers)[:MOST_NAMED]
    ]
    more = len(workers) - MOST_NAMED
    return ", ".join(told) + (_(" and %(count)d more") % {"count": more} if more > 0 else "")
