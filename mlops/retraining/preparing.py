"""The data that an attempt trains on, and the call of its pipeline.

Each is called with the attempt's row locked, in the transaction that notes what was made, so that it is made once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from mlops.collected.models import SavedWindow
from mlops.collected.saving import save_window as save
from mlops.formats.refusal import Refusal
from mlops.formats.retraining import RetrainingSettings
from mlops.pipelines.models import PipelineEndpoint
from mlops.pipelines.publishing import call
from mlops.retraining.champion import endpoint_of
from mlops.retraining.models import Attempt, Stage
from mlops.retraining.moving import move
from mlops.retraining.newness import newest
from mlops.retraining.parameters import derive
from mlops.retraining.promoting import acting


def save_window(attempt: Attempt) -> SavedWindow:
    """Asks for the window of collected data as the next version of its dataset."""
    settings = attempt.wanted
    window, endpoint = settings.what.window, endpoint_of(attempt.policy.project, settings)
    assert window is not None
    if endpoint is None:
        message = _("The endpoint “%(name)s” is not there, so it has collected nothing.") % {"name": settings.endpoint}
        raise Refusal("endpoint_missing", message, hint=_("Deploy a model there, with data collection on."))
    start, end = span(settings, attempt.created_at)
    saved = save(acting(attempt), endpoint, window.dataset, start, end, is_labelled=window.with_labels)
    Attempt.objects.filter(pk=attempt.pk).update(window=saved)
    attempt.window = saved
    return saved


def span(settings: RetrainingSettings, at: datetime) -> tuple[datetime, datetime]:
    """Of the window. Collected rows that are held out for the comparison are later than those that are trained on."""
    held, window = settings.compare.held_out, settings.what.window
    assert window is not None
    end = at - timedelta(seconds=held.seconds) if held.kind == "collected" else at
    return end - timedelta(seconds=window.seconds), end


def call_pipeline(attempt: Attempt) -> bool:
    """False where the attempt was moved meanwhile."""
    what, project = attempt.wanted.what, attempt.policy.project
    saved = attempt.window.version if attempt.window else None
    derived = derive(project, what, attempt.triggered, window=saved, at=attempt.created_at.isoformat())
    endpoint = PipelineEndpoint.objects.filter(project=project, name=what.pipeline).first()
    if endpoint is None:
        message = _("There is no published pipeline “%(name)s”.") % {"name": what.pipeline}
        raise Refusal("pipeline_unknown", message, hint=_("Publish it again, or name another in the policy."))
    data = derived.data or newest(attempt.policy, attempt.wanted.when.dataset)
    run = call(
        acting(attempt),
        endpoint,
        number=what.version,
        experiment=what.experiment or attempt.policy.name,
        parameters=derived.values,
        display_name=f"{attempt.policy.name} {attempt.number}",
        description=attempt.triggered.reason,
        continue_on_step_failure=False,
        origin=f"retraining/{attempt.policy_id}@{attempt.number}",
    )
    values: dict[str, Any] = {"run": run, "parameters": derived.values, "data": data}
    if data is not None:
        values |= {"data_label": str(data), "data_rows": data.row_count}
    reason = _("Run #%(number)d was started.") % {"number": run.number}
    return move(attempt, Stage.TRAINING, reason=reason, **values)
