"""Keeping an explanation that a run's own code computed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.blobs.trees import keep_folder
from mlops.events.chain import record
from mlops.explanations import brought
from mlops.explanations.actions import checked_name
from mlops.explanations.models import Explanation, ExplanationState
from mlops.formats.explanation import ExplainOrder
from mlops.formats.refusal import Refusal, Where
from mlops.packaging.scratch import scratch
from mlops.registry.models import ModelVersion
from mlops.runs.models import Run


def upload(actor: Any, run: Run, given: Any) -> Explanation:
    """`given`: formats.brought_explanation.BroughtExplanation as plain values. It is the run's; of a version too where
    it names one. Raises Refusal `explanation_invalid`, `explanation_name_taken`, `version_unknown`."""
    require(actor, "runs.track", run.project)
    told = brought.checked(given)
    version = _version(run, told.model) if told.model else None
    with tempfile.TemporaryDirectory(prefix="brought-", dir=scratch()) as folder:
        summary = brought.write(told, Path(folder))
        tree = keep_folder(Path(folder))
    name = _name(run, version, told.name)
    try:
        with transaction.atomic():
            made = Explanation.objects.create(
                run=run,
                version=version,
                name=name,
                comment=told.comment.strip()[:10_000],
                order=msgspec.to_builtins(ExplainOrder(kind="brought")),
                state=ExplanationState.COMPLETED,
                reason=_("The run brought it along."),
                state_since=timezone.now(),
                summary=msgspec.to_builtins(summary),
                tree=tree,
                created_by=actor,
            )
            record(
                actor,
                "mlops.explanation.uploaded",
                subject=made.subject,
                project=run.project,
                data={
                    "explanation": made.name,
                    "run": str(run.pk),
                    "rows": summary.rows,
                    "weightiest": [one.column for one in summary.weights[:3]],
                },
                notice=("run", str(run.pk)),
            )
    except IntegrityError:
        raise Refusal(
            "explanation_name_taken",
            _("There is an explanation “%(name)s” already.") % {"name": name},
            hint=_("Choose another name, or leave it out."),
            status=409,
            where=Where(parameter="name"),
        ) from None
    return made


def _name(run: Run, version: ModelVersion | None, name: str) -> str:
    if name.strip():
        return checked_name(version, name)
    taken = set(Explanation.objects.filter(run=run).values_list("name", flat=True))
    if version is not None:
        taken |= set(Explanation.objects.filter(version=version).values_list("name", flat=True))
    return next(f"uploaded-{at}" for at in range(1, len(taken) + 2) if f"uploaded-{at}" not in taken)


def _version(run: Run, text: str) -> ModelVersion:
    name, _colon, number = text.strip().removeprefix("azureml:").rpartition(":")
    known = ModelVersion.objects.filter(model__project=run.project).select_related("model__project")
    found = known.filter(model__name=name, number=int(number)).first() if number.isdecimal() else None
    if found is None:
        raise Refusal(
            "version_unknown",
            _("There is no model version “%(text)s” in the project of the run.") % {"text": text[:160]},
            hint=_("Write its name, a colon and its number, such as prices:3."),
            status=404,
            where=Where(parameter="model", value=text[:160]),
        )
    return found
