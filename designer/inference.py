"""Inference pipelines of a training draft: derived from its latest completed run, and brought up to a newer one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from designer import actions
from designer.graph.document import read
from designer.models import Draft, InferenceDraft, InferenceKind
from designer.queries import document_of
from mlops.access.decisions import require
from mlops.blocks.catalogue import component
from mlops.events.chain import record
from mlops.events.facts import Change, sides
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.pipelines.inference import Scoring, Source, derive_inference, renewed, scorings
from mlops.runs.models import DONE_STEP_STATES, Run, RunState, Step


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """`notes`: what was left out or could not be exchanged, one sentence each."""

    draft: Draft
    notes: tuple[str, ...]


def latest_run(draft: Draft) -> Run | None:
    """The newest completed run of the draft."""
    runs = Run.kept.filter(project=draft.project, origin__startswith=f"drafts/{draft.pk}@")
    return runs.filter(state=RunState.COMPLETED).order_by("-number").first()


def choices(draft: Draft) -> tuple[Run | None, tuple[Scoring, ...]]:
    """The run that an inference pipeline would be derived from, and the steps that it could answer like."""
    run = latest_run(draft)
    return run, (scorings(source_of(run)) if run is not None else ())


def family(draft: Draft) -> tuple[Draft, list[InferenceDraft]]:
    """The training draft that this one belongs to (itself, if it is one), and its inference pipelines."""
    own = InferenceDraft.objects.filter(draft=draft).select_related("training__project").first()
    training = own.training if own is not None and own.training is not None else draft
    known = InferenceDraft.objects.filter(training=training).select_related("draft", "run")
    return training, list(known) or ([own] if own is not None else [])


def create(actor: Any, training: Draft, *, kind: str, score: str = "") -> Renewed:
    """A new draft beside the training draft. One of its kind that is there already is brought up to date instead."""
    require(actor, "pipelines.design", training.project)
    known = (
        InferenceDraft.objects.filter(training=training, kind=_checked(kind)).select_related("draft__project").first()
    )
    if known is not None:
        return update(actor, known.draft)
    run = _require_run(training)
    source = source_of(run)
    found = derive_inference(source, lambda node: component(node.component), score=score, kind=kind)  # type: ignore[arg-type]
    label = InferenceKind(kind).label
    with transaction.atomic():
        draft = actions.create_draft(
            actor,
            training.project,
            name=f"{training.name} – {label}",
            document=read(msgspec.to_builtins(found.document)),
            description="\n".join(found.notes),
            cloned_from=f"runs/{run.pk}",
        )
        InferenceDraft.objects.create(
            draft=draft,
            training=training,
            kind=kind,
            run=run,
            score=score or scorings(source)[0].node,
            derived_at=timezone.now(),
        )
        _record(actor, draft, run, "created")
    return Renewed(draft=draft, notes=found.notes)


def update(actor: Any, draft: Draft) -> Renewed:
    """Exchanges saved models and transformations for those of the latest completed training run, as one operation."""
    require(actor, "pipelines.design", draft.project)
    known = InferenceDraft.objects.filter(draft=draft).select_related("training__project", "run").first()
    if known is None or known.training is None:
        raise Refusal(
            "not_an_inference_pipeline",
            _("“%(name)s” was not derived from a training pipeline.") % {"name": draft.name},
            hint=_("Open the training pipeline and choose Create inference pipeline."),
            status=409,
        )
    run = _require_run(known.training)
    document, notes = renewed(document_of(draft), source_of(run))
    with transaction.atomic():
        if document != document_of(draft):
            label = _("Updated to run #%(number)d") % {"number": run.number}
            actions.save_document(actor, draft, base_revision=draft.revision, document=document, label=label)
        was = {"run": known.run.number if known.run else None}
        InferenceDraft.objects.filter(pk=known.pk).update(run=run, derived_at=timezone.now())
        _record(actor, draft, run, "updated", (was, {"run": run.number}))
    draft.refresh_from_db()
    return Renewed(draft=draft, notes=notes)


def source_of(run: Run) -> Source:
    """A completed run as the derivation reads it."""
    steps = Step.objects.filter(run=run, state__in=DONE_STEP_STATES)
    return Source(
        run=str(run.pk),
        spec=msgspec.convert(run.spec, type=PipelineSpec),
        made={step.node: {port: output["type"] for port, output in step.outputs.items()} for step in steps},
        shapes=run.shapes,
        titles={step.node: step.title for step in steps},
    )


def newer_run(known: InferenceDraft) -> Run | None:
    """A completed training run that the inference pipeline does not know yet."""
    latest = latest_run(known.training) if known.training is not None else None
    return latest if latest is not None and latest.pk != known.run_id else None


def of_draft(draft_id: UUID) -> InferenceDraft | None:
    return InferenceDraft.objects.filter(draft_id=draft_id).select_related("training__project", "run").first()


def _require_run(training: Draft) -> Run:
    run = latest_run(training)
    if run is None:
        raise Refusal(
            "no_completed_run",
            _("“%(name)s” has no completed run yet, so nothing is trained.") % {"name": training.name},
            hint=_("Submit the training pipeline and wait until it has completed."),
            status=409,
        )
    return run


def _checked(kind: str) -> str:
    if kind not in InferenceKind.values:
        hint = nearest(kind, InferenceKind.values) or _("Choose realtime or batch.")
        message = _("There is no inference pipeline of the kind “%(kind)s”.") % {"kind": kind}
        raise Refusal("kind_unknown", message, hint=hint, where=Where(parameter="kind", value=kind))
    return kind


def _record(actor: Any, draft: Draft, run: Run, what: str, change: Change | None = None) -> None:
    record(
        actor,
        f"mlops.inference_pipeline.{what}",
        subject=f"drafts/{draft.pk}",
        project=draft.project,
        data={"run": str(run.pk), "number": run.number},
        notice=("draft", str(draft.pk)),
        **sides(change),
    )
