"""Acts on assessments: what people and programs say of a trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import notify
from mlops.formats.refusal import Refusal
from mlops.traces.models import Assessment, AssessmentKind, Trace

UNCHANGED: Any = object()


def assess(
    actor: Any,
    trace: Trace,
    *,
    kind: AssessmentKind,
    name: str,
    value: Any,
    source_kind: str,
    source: str = "",
    rationale: str = "",
    error: Mapping[str, Any] | None = None,
    metadata: Mapping[str, str] | None = None,
    span_key: str = "",
    overrides: Assessment | None = None,
    at: datetime | None = None,
) -> Assessment:
    """One that overrides another makes that one invalid."""
    require(actor, "traces.change", trace.project)
    now = timezone.now()
    with transaction.atomic():
        if overrides is not None:
            Assessment.objects.filter(pk=overrides.pk).update(is_valid=False)
        made = Assessment.objects.create(
            trace=trace,
            kind=kind,
            name=name[:500],
            **valued(value),
            source_kind=source_kind[:40],
            source=source[:500],
            rationale=rationale,
            error=dict(error) if error else None,
            metadata=dict(metadata or {}),
            span_key=span_key[:64],
            overrides=overrides,
            created_at=at or now,
            changed_at=at or now,
            created_by=actor,
        )
        notify("traces", str(trace.experiment_id), project=trace.project)
    return made


def keep_assessments(told: list[Assessment]) -> None:
    """Those with the ids of earlier ones take their places. As what code tells, it asks for no permission."""
    changing = [field.name for field in Assessment._meta.concrete_fields if not field.primary_key]
    Assessment.objects.bulk_create(told, update_conflicts=True, unique_fields=["id"], update_fields=changing)


def change_assessment(
    actor: Any,
    assessment: Assessment,
    *,
    name: str = "",
    value: Any = UNCHANGED,
    error: Mapping[str, Any] | None = UNCHANGED,
    rationale: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Assessment:
    """Metadata is added to what there is. Whose it is and of which span stays."""
    require(actor, "traces.change", assessment.trace.project)
    with transaction.atomic():
        known = (
            Assessment.objects.select_for_update(of=("self",), no_key=True)
            .select_related("trace")
            .get(pk=assessment.pk)
        )
        known.name = name[:500] or known.name
        if value is not UNCHANGED:
            for field, one in valued(value).items():
                setattr(known, field, one)
        if error is not UNCHANGED:
            known.error = dict(error) if error else None
        known.rationale = known.rationale if rationale is None else rationale
        known.metadata = known.metadata | dict(metadata or {})
        known.changed_at = timezone.now()
        known.save()
        notify("traces", str(known.trace.experiment_id), project=assessment.trace.project)
    return known


def withdraw_assessment(actor: Any, assessment: Assessment) -> None:
    """What it had overridden is valid again."""
    require(actor, "traces.change", assessment.trace.project)
    with transaction.atomic():
        if assessment.overrides_id:
            Assessment.objects.filter(pk=assessment.overrides_id).update(is_valid=True)
        Assessment.objects.filter(pk=assessment.pk).delete()
        notify("traces", str(assessment.trace.experiment_id), project=assessment.trace.project)


def valued(value: Any) -> dict[str, Any]:
    """The columns of a value. Raises Refusal `assessment_invalid`."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, allow_nan=False, ensure_ascii=False)
    except ValueError:
        raise Refusal(
            "assessment_invalid",
            _("NaN and infinite numbers are no values of an assessment."),
            hint=_("Give a finite number, a text, true or false, or lists and objects of these."),
        ) from None
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return {"value": value, "text": text, "number": float(value) if is_number else None}
