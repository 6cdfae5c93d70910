"""Ends what an attempt has set going."""

from __future__ import annotations

from mlops.formats.refusal import Refusal
from mlops.pipelines import actions as pipelines
from mlops.retraining.models import Attempt


def stop_run(attempt: Attempt) -> None:
    """Its run, if that is still going."""
    run, actor = attempt.run, attempt.policy.runs_as
    if run is None or run.is_final or actor is None:
        return
    try:
        pipelines.cancel(actor, run, reason=f"{attempt}: {attempt.reason}"[:500])
    except Refusal:  # it has just ended by itself
        return
