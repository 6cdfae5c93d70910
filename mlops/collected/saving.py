"""A window of collected data becomes a version of a dataset: asked for here, carried out by a worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.collected.models import Part, PartKind, SavedWindow
from mlops.collected.reading import count_window
from mlops.datasets.actions import checked_name
from mlops.deployments.models import Endpoint
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.work.calls import later

COLUMNS = ("training", "predictions", "all")
"""training: inputs and labels, called as the model's training data calls them; predictions: these and the predictions
(`predictions.Y`); all: everything, with ids and times, called as collected."""


def save_window(
    actor: Any,
    endpoint: Endpoint,
    dataset_name: str,
    start: datetime | None,
    end: datetime | None = None,
    *,
    deployments: Sequence[str] = (),
    is_labelled: bool = False,
    columns: str = "training",
) -> SavedWindow:
    """The next version of the dataset, which is made where there is none. `end` None: now.

    The answer's `state` becomes completed, with the `version` that is ready to be used, or failed with the reason."""
    require(actor, "collected.use", endpoint.project)
    end = end or timezone.now()
    name = checked_name(dataset_name)
    _check(endpoint, start, end, deployments, columns)
    if not count_window(endpoint, deployments=deployments, start=start, end=end).rows:
        raise nothing_collected(endpoint)
    with transaction.atomic():
        saved = SavedWindow.objects.create(
            endpoint=endpoint,
            dataset=name,
            start=start,
            end=end,
            deployments=list(deployments),
            is_labelled=is_labelled,
            columns=columns,
            reason=_("Waits for a worker."),
            state_since=timezone.now(),
            created_by=actor,
        )
        record(
            actor,
            "mlops.collection.window_saved",
            subject=f"endpoints/{endpoint.name}",
            project=endpoint.project,
            data={
                "endpoint": endpoint.name,
                "dataset": name,
                "start": start.isoformat() if start else None,
                "end": end.isoformat(),
                "deployments": list(deployments),
            },
            notice=("collected", str(endpoint.pk)),
        )
        later("collected.save", saved.pk)
    return saved


def known_deployments(endpoint: Endpoint) -> list[str]:
    """Those that have collected rows, the removed ones too."""
    rows = Part.objects.filter(endpoint=endpoint, kind=PartKind.ROWS).order_by("deployment")
    return list(rows.values_list("deployment", flat=True).distinct())


def check_window(
    endpoint: Endpoint, start: datetime | None, end: datetime | None, deployments: Sequence[str] = ()
) -> None:
    """Raises Refusal where it can have no rows."""
    if start is not None and end is not None and start >= end:
        message = _("The window ends (%(end)s) before it begins (%(start)s).")
        raise Refusal(
            "window_empty",
            message % {"start": _shown(start), "end": _shown(end)},
            hint=_("The end is not part of the window: give a later one."),
            where=Where(parameter="end"),
        )
    known = known_deployments(endpoint)
    for name in deployments:
        if name not in known:
            message = _("The deployment “%(name)s” of “%(endpoint)s” has collected nothing.")
            raise Refusal(
                "deployment_unknown",
                message % {"name": name, "endpoint": endpoint.name},
                hint=nearest(name, known) or _("There are: %(names)s.") % {"names": ", ".join(known) or "–"},
                where=Where(parameter="deployments", value=name),
            )


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def nothing_collected(endpoint: Endpoint) -> Refusal:
    return Refusal(
        "nothing_collected",
        _("“%(endpoint)s” has collected no rows in this window.") % {"endpoint": endpoint.name},
        hint=_("Turn on data collection in the settings of a deployment, or choose a longer window."),
        status=409,
    )


def _check(endpoint: Endpoint, start: datetime | None, end: datetime, deployments: Sequence[str], columns: str) -> None:
    if columns not in COLUMNS:
        raise Refusal(
            "columns_unknown",
            _("“%(columns)s” is no choice of columns.") % {"columns": columns},
            hint=nearest(columns, COLUMNS) or _("Choose: %(names)s.") % {"names": ", ".join(COLUMNS)},
            where=Where(parameter="columns", value=columns),
        )
    check_window(endpoint, start, end, deployments)
