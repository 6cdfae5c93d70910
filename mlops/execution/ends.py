"""What is told of a step that ended: the columns of its row, and the facts of its span."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.formats.step import StepReport
from mlops.runs.models import Step
from mlops.trail.telling import Value


def of_completed(step: Step, report: StepReport, outputs: Mapping[str, Any]) -> dict[str, Any]:
    reason = _("Done in %(seconds).1f s.") % {"seconds": report.seconds}
    kept = {"reason": reason, "outputs": outputs, "progress": 1.0, "input_bytes": step.input_bytes}
    return kept | used(report)


def used(report: StepReport | None) -> dict[str, Any]:
    """Also of one that failed; None: nothing came back of it."""
    known: dict[str, Any] = {"ended_at": timezone.now(), "lease_until": None}
    if report is not None:
        known |= {"cpu_seconds": report.cpu_seconds, "peak_memory_bytes": report.peak_memory_bytes}
    return known


def span_facts(step: Step) -> dict[str, Value]:
    return {"run.id": str(step.run_id), "step.attempt": step.attempt}
