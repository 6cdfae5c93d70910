"""Trials that their sweep stopped early: their state is `cancelled`, and pages say what it was."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from mlops.runs.models import Run, RunState, Trial


def label_early_ends(runs: Iterable[Run]) -> None:
    """Gives each that was stopped early the word for its state, as `state_label`."""
    ended = {run.pk: run for run in runs if run.state in (RunState.CANCELLED, RunState.CANCELLING)}
    if not ended:
        return
    for pk in Trial.objects.filter(run__in=ended, stopped_early=True).values_list("run_id", flat=True):
        ended[pk].state_label = _("Stopped early")  # type: ignore[attr-defined]
