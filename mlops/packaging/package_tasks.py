"""Packaging an inference pipeline in a worker: composed, checked in a child process, then registered as a model."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.trees import fetch_tree
from mlops.events.chain import notify, record
from mlops.formats.inference import PipelineParity
from mlops.formats.pipeline import DATASET_COMPONENT, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.packaging import leases
from mlops.packaging.child import Ended, run_module
from mlops.packaging.models import ConversionState, PipelinePackage
from mlops.packaging.pipeline_parity import REPORT_FILE
from mlops.packaging.pipelines import Composed, compose, served
from mlops.packaging.scratch import scratch
from mlops.pipelines.inference import SCORING
from mlops.registry.actions import register
from mlops.registry.measured import metrics_of
from mlops.registry.models import ModelVersion
from mlops.runs.models import DONE_STEP_STATES, Run, Step
from mlops.work.calls import every, job, later

MOST_SECONDS = 600.0


@job("packaging.package_pipeline")
def package_pipeline(package_id: str) -> None:
    reason = _("Comparing its answers with what the runs computed.")
    if not leases.claim(PipelinePackage.objects.all(), package_id, reason=reason):
        return
    package = PipelinePackage.objects.select_related("run__project", "created_by").get(pk=package_id)
    notify("run", str(package.run_id), project=package.run.project)
    folder = Path(tempfile.mkdtemp(prefix=f"package-{package.pk}-", dir=scratch()))
    try:
        composed = compose(package.run)
        _lay_out(package.run, composed, folder)
        (folder / REPORT_FILE).touch()
        ended = run_module(
            "mlops.packaging.pipeline_parity",
            ["--folder", str(folder)],
            folder=folder,
            seconds=MOST_SECONDS,
            beat=lambda: leases.renew(package),
            writes=[folder / REPORT_FILE],
        )
        _settle(package, composed, folder, ended)
    except Refusal as refusal:
        _end(package, state=ConversionState.REFUSED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@every(10, "packaging.sweep_packages", if_any=leases.are_open(PipelinePackage.objects))
def sweep() -> None:
    """Takes packages back whose worker is gone, and wakes up those that nobody took."""
    rows = PipelinePackage.objects.all()
    for package in leases.lost_for_good(rows.select_related("run__project")):
        reason = _("Its worker was lost %(most_attempts)s times.") % {"most_attempts": leases.MOST_ATTEMPTS}
        hint = _("The worker's log may say why; often the machine ran out of memory.")
        _end(package, state=ConversionState.FAILED, reason=reason, hint=hint)
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("packaging.package_pipeline", pk)


def _lay_out(run: Run, composed: Composed, folder: Path) -> None:
    fetch_tree(composed.keep().digest, folder / "package")
    spec = msgspec.convert(run.spec, type=PipelineSpec)
    pipeline = served(spec)
    steps = {step.node: step for step in Step.objects.filter(run=run)}
    fetch_tree(steps[pipeline.input].outputs["request"]["tree"], folder / "request")
    fetch_tree(steps[pipeline.output].outputs["response"]["tree"], folder / "response")
    held_out = _held_out(run, spec, pipeline.input)
    for name, tree in held_out.items():
        fetch_tree(tree, folder / name)


def _held_out(run: Run, spec: PipelineSpec, enter: str) -> dict[str, str]:
    """Trees of the rows that the training run scored; empty where the model was not scored there."""
    made_by = _trained(spec, run)
    data = [edge.source for edge in spec.inputs_of(enter)]
    if made_by is None or not data:
        return {}
    training, node, port = made_by
    theirs = msgspec.convert(training.spec, type=PipelineSpec)
    steps = {step.node: step for step in Step.objects.filter(run=training, state__in=DONE_STEP_STATES)}
    ours = spec.node(data[0])
    for one in theirs.nodes:
        if one.component not in SCORING or one.id not in steps:
            continue
        model_port, table_port, scored_port = SCORING[one.component]
        fed = {edge.target_port: edge for edge in theirs.inputs_of(one.id)}
        model, table = fed.get(model_port), fed.get(table_port)
        if model is None or table is None or (model.source, model.source_port) != (node, port):
            continue
        same = [
            other.id
            for other in theirs.nodes
            if ours is not None and other.component == DATASET_COMPONENT and other.parameters == ours.parameters
        ]
        if not same:
            return {}
        return {
            "data": steps[same[0]].outputs["dataset"]["tree"],
            "scored_from": steps[table.source].outputs[table.source_port]["tree"],
            "scored": steps[one.id].outputs[scored_port]["tree"],
        }
    return {}


def _trained(spec: PipelineSpec, run: Run) -> tuple[Run, str, str] | None:
    """The run, step and output that the last saved model of the graph comes from."""
    saved = [node for node in spec.nodes if node.component == "saved_model"]
    if not saved:
        return None
    origin = saved[-1].parameters
    training = Run.objects.filter(project=run.project, pk=origin["run"]).first()
    return None if training is None else (training, str(origin["node"]), str(origin["port"]))


def _settle(package: PipelinePackage, composed: Composed, folder: Path, ended: Ended) -> None:
    report = folder / REPORT_FILE
    if ended.status != 0 or not report.is_file():
        _end(
            package,
            state=ConversionState.FAILED,
            reason=_("The comparison ended: %(why)s.") % {"why": ended.why},
            hint=_("Try again."),
        )
        return
    parity = msgspec.json.decode(report.read_bytes(), type=PipelineParity)
    told = msgspec.to_builtins(parity)
    if not parity.accepted:
        hint = _("Look at the steps between the request and the response, run the pipeline again, then deploy.")
        _end(package, state=ConversionState.REFUSED, reason=parity.reason, hint=hint, report=told)
        return
    with transaction.atomic():
        version = _registered(package, composed, told)
        _end(package, state=ConversionState.ACCEPTED, reason=parity.reason, report=told, version=version)


def _registered(package: PipelinePackage, composed: Composed, report: dict[str, Any]) -> ModelVersion:
    run = package.run
    made_by = _trained(msgspec.convert(run.spec, type=PipelineSpec), run)
    return register(
        package.created_by,
        run.project,
        name=package.name,
        run=run,
        tree=composed.keep(),
        description=f"Inference pipeline of run #{run.number}.",
        properties={"inference_run": str(run.pk), "parity": report},
        metrics=metrics_of(*made_by) if made_by else {},
    )


def _end(
    package: PipelinePackage,
    *,
    state: ConversionState,
    reason: str,
    hint: str = "",
    report: dict[str, Any] | None = None,
    version: ModelVersion | None = None,
) -> None:
    with transaction.atomic():
        changed = PipelinePackage.objects.filter(pk=package.pk, state=ConversionState.RUNNING).update(
            state=state,
            reason=reason,
            hint=hint,
            state_since=timezone.now(),
            lease_until=None,
            report=report,
            version=version,
        )
        if changed:
            record(
                None,
                f"mlops.inference_pipeline.{state.value}",
                subject=f"runs/{package.run_id}",
                project=package.run.project,
                reason=reason,
                data={"model": str(version) if version else package.name},
                notice=("run", str(package.run_id)),
            )
