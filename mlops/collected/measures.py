"""What Prometheus is told of collection: how far behind it is, what was dropped, and its state by deployment."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from mlops.collected.models import Intake, IntakeState
from mlops.formats.prometheus import Family, Sample
from mlops.work.measuring import measures


@measures("collected")
def families() -> Iterable[Family]:
    rows = list(Intake.objects.exclude(state=IntakeState.OFF).select_related("endpoint__project"))
    labels = {one.pk: _labels(one) for one in rows}
    now = timezone.now()
    yield Family(
        name="mlops_collection_lag_seconds",
        help="From the last row's request to its being readable.",
        samples=[Sample(one.lag_seconds, labels[one.pk]) for one in rows if one.lag_seconds is not None],
    )
    yield Family(
        name="mlops_collection_silent_seconds",
        help="Since when the source of rows could not be asked; 0 while it can.",
        samples=[
            Sample((now - one.silent_since).total_seconds() if one.silent_since else 0.0, labels[one.pk])
            for one in rows
        ],
    )
    yield Family(
        name="mlops_collection_dropped_total",
        help="Requests that a server could not keep.",
        kind="counter",
        samples=[Sample(one.dropped, labels[one.pk]) for one in rows],
    )
    yield Family(
        name="mlops_collection_state",
        help="1 for the state that collection is in.",
        samples=[Sample(1, {**labels[one.pk], "state": one.state}) for one in rows],
    )


def _labels(one: Intake) -> dict[str, str]:
    """The id too: a deployment that was deleted and made anew has an intake of its own."""
    return {
        "project": one.endpoint.project.slug,
        "endpoint": one.endpoint.name,
        "deployment": one.deployment,
        "deployment_id": str(one.deployment_id),
    }
