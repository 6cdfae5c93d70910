"""Asking for a conversion to ONNX."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.packaging.models import Conversion, ConversionState
from mlops.registry.models import ModelVersion
from mlops.work.calls import later

TOLERANCE = 1e-4
ANSWERED = (ConversionState.QUEUED, ConversionState.RUNNING, ConversionState.ACCEPTED, ConversionState.REFUSED)


def convert(actor: Any, version: ModelVersion, *, tolerance: float = TOLERANCE) -> Conversion:
    """The same version and tolerance always give the same answer, so an existing one that did not fail is given."""
    require(actor, "contribute", version.model.project)
    if not 0 < tolerance <= 1:
        raise Refusal(
            "tolerance_out_of_range",
            _("The tolerance is %(value)s; it must be above 0 and at most 1.") % {"value": tolerance},
            hint=_("Usual is 0.0001."),
        )
    with transaction.atomic():
        known = Conversion.objects.filter(version=version, tolerance=tolerance, state__in=ANSWERED).first()
        if known is not None:
            return known
        conversion = Conversion.objects.create(
            version=version,
            tolerance=tolerance,
            reason=_("Waits for a worker."),
            state_since=timezone.now(),
            created_by=actor,
        )
        record(
            actor,
            "mlops.model.conversion_requested",
            subject=f"models/{version}",
            project=version.model.project,
            data={"tolerance": tolerance},
            notice=("model", str(version.model_id)),
        )
        later("packaging.convert", conversion.id)
    return conversion
