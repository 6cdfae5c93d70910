"""Acts on traces as a whole: tagged, linked to runs, removed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from mlops.access.decisions import require
from mlops.events.chain import notify, record
from mlops.runs.models import Experiment, Run
from mlops.traces.models import Trace, TraceFact
from mlops.traces.telling import set_facts

ROWS_A_BATCH = 200


def tag_trace(actor: Any, trace: Trace, *, tags: Mapping[str, str]) -> None:
    require(actor, "traces.change", trace.project)
    with transaction.atomic():
        set_facts(trace, tags, is_tag=True)
        notify("traces", str(trace.experiment_id), project=trace.project)


def untag_trace(actor: Any, trace: Trace, *, key: str) -> bool:
    """Whether it had the tag."""
    require(actor, "traces.change", trace.project)
    with transaction.atomic():
        count, _kinds = TraceFact.objects.filter(trace=trace, is_tag=True, key=key).delete()
        notify("traces", str(trace.experiment_id), project=trace.project)
    return count > 0


def link_traces(actor: Any, traces: list[Trace], run: Run) -> None:
    """All of one project, which is the run's."""
    require(actor, "traces.change", run.project)
    with transaction.atomic():
        for trace in traces:
            trace.runs.add(run)
        notify("traces", str(run.experiment_id), project=run.project)


def delete_traces(
    actor: Any,
    experiment: Experiment,
    *,
    until: datetime | None = None,
    most: int | None = None,
    keys: list[str] | None = None,
) -> int:
    """For good, the oldest first, in batches; how many there were. Their bytes go with the next collection."""
    require(actor, "traces.change", experiment.project)
    found = Trace.objects.filter(experiment=experiment)
    if until is not None:
        found = found.filter(started_at__lte=until)
    if keys is not None:
        found = found.filter(key__in=keys)
    wanted = list(
        found.order_by("started_at", "key").values_list("pk", flat=True)[: most if most is not None else None]
    )
    count = 0
    for start in range(0, len(wanted), ROWS_A_BATCH):
        with transaction.atomic():
            part = Trace.objects.filter(pk__in=wanted[start : start + ROWS_A_BATCH])
            count += part.delete()[1].get("traces.Trace", 0)
    if count:
        with transaction.atomic():
            record(
                actor,
                "mlops.trace.deleted",
                subject=f"experiments/{experiment.pk}",
                project=experiment.project,
                data={"experiment_id": str(experiment.pk), "experiment": experiment.name, "traces": count},
                notice=("traces", str(experiment.pk)),
            )
    return count
