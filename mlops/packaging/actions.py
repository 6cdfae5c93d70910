"""Asking for a conversion to ONNX, and for an inference pipeline to be made deployable."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.events.chain import record
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.packaging.models import Conversion, ConversionKind, ConversionState, PipelinePackage
from mlops.packaging.pipelines import served
from mlops.packaging.tables import table_of
from mlops.registry.models import ModelVersion
from mlops.registry.names import checked_name
from mlops.runs.models import Run, RunState
from mlops.work.calls import later

TOLERANCE = 1e-4
ANSWERED = (ConversionState.QUEUED, ConversionState.RUNNING, ConversionState.ACCEPTED, ConversionState.REFUSED)


def convert(
    actor: Any, version: ModelVersion, *, tolerance: float = TOLERANCE, kind: str = "onnx", dataset: str = ""
) -> Conversion:
    """The same version, kind, tolerance and rows always give the same answer, so an existing one that did not fail is
    given. `dataset`: `name` or `name:version` of the model's project, whose rows the two forms are compared on."""
    require(actor, "models.package", version.model.project)
    if not 0 < tolerance <= 1:
        raise Refusal(
            "tolerance_out_of_range",
            _("The tolerance is %(value)s; it must be above 0 and at most 1.") % {"value": tolerance},
            hint=_("Usual is 0.0001."),
        )
    if kind not in ConversionKind.values:
        raise Refusal(
            "conversion_kind_unknown",
            _("There is no conversion “%(kind)s”.") % {"kind": kind},
            hint=nearest(kind, ConversionKind.values) or _("There are: %(kinds)s.") % {"kinds": _kinds()},
            where=Where(parameter="kind", value=kind),
        )
    rows = table_of(version.model.project, dataset) if dataset.strip() else None
    with transaction.atomic():
        same = {"version": version, "tolerance": tolerance, "kind": kind, "reference": rows}
        known = Conversion.objects.filter(**same, state__in=ANSWERED).first()
        if known is not None:
            return known
        conversion = Conversion.objects.create(
            **same,
            reason=_("Waits for a worker."),
            state_since=timezone.now(),
            created_by=actor,
        )
        record(
            actor,
            "mlops.model.conversion_requested",
            subject=f"models/{version}",
            project=version.model.project,
            data={"tolerance": tolerance, "kind": kind},
            notice=("model", str(version.model_id)),
        )
        later("packaging.convert", conversion.id)
    return conversion


def _kinds() -> str:
    return ", ".join(ConversionKind.values)


def package_pipeline(actor: Any, run: Run, *, name: str) -> PipelinePackage:
    """Asks for a version of the model `name` that answers as this run of an inference pipeline did.

    The same run and name give the package that is there already, unless it failed."""
    require(actor, "models.package", run.project)
    name = checked_name(name)
    if run.state != RunState.COMPLETED:
        raise Refusal(
            "run_not_completed",
            _("Run #%(number)d is %(state)s; a pipeline is deployed after a completed run.")
            % {"number": run.number, "state": run.get_state_display().lower()},
            hint=_("Submit the inference pipeline and wait until it has completed."),
            status=409,
        )
    served(msgspec.convert(run.spec, type=PipelineSpec))
    with transaction.atomic():
        known = PipelinePackage.objects.filter(run=run, name=name, state__in=ANSWERED).first()
        if known is not None:
            return known
        package = PipelinePackage.objects.create(
            run=run, name=name, reason=_("Waits for a worker."), state_since=timezone.now(), created_by=actor
        )
        record(
            actor,
            "mlops.inference_pipeline.packaging_requested",
            subject=f"runs/{run.pk}",
            project=run.project,
            data={"model": name},
            notice=("run", str(run.pk)),
        )
        later("packaging.package_pipeline", package.pk)
    return package
