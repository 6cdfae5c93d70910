"""Steps whose inputs are there get into the queue, many in one transaction: a large run may have a thousand at once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.events.chain import notify_each
from mlops.runs.models import Run, Step

AT_ONCE = 200


class Ready(NamedTuple):
    """`asks`: columns that say what its worker must have."""

    step: Step
    reuse_key: str
    asks: dict[str, Any]


def enqueue(run: Run, ready: Iterable[Ready]) -> list[int]:
    """Their ids. One that another worker was faster with is in the queue as well."""
    rest, queued = iter(ready), []
    while part := list(islice(rest, AT_ONCE)):
        with transaction.atomic():
            for alike in _alike(part):
                _move(alike)
            notify_each("step", [f"{run.pk}/{one.step.node}" for one in part], project=run.project)
        queued += [one.step.pk for one in part]
    return queued


def _alike(ready: Iterable[Ready]) -> Iterable[list[Ready]]:
    """Those that one statement can move."""
    found: dict[tuple[Any, ...], list[Ready]] = {}
    for one in ready:
        found.setdefault((one.reuse_key, *one.asks.values()), []).append(one)
    return found.values()


def _move(alike: list[Ready]) -> None:
    waiting = Step.objects.filter(pk__in=[one.step.pk for one in alike], state="waiting")
    waiting.update(
        state="queued",
        reason=_("Waits for a free slot on a worker."),
        state_since=timezone.now(),
        reuse_key=alike[0].reuse_key,
        **alike[0].asks,
    )
