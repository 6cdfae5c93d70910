"""Calling a batch endpoint: the job is frozen as it was asked, and appears as a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.batch.actions import deployment_named
from mlops.batch.component_deployments import call_component, main_input
from mlops.batch.inputs import Asked, dataset_of, read_input
from mlops.batch.journal import NODE
from mlops.batch.models import BatchDeployment, BatchEndpoint, BatchJob, Phase
from mlops.batch.settings import read_settings, settings_of
from mlops.datasets.actions import checked_name as checked_dataset_name
from mlops.events.chain import record
from mlops.formats.pipeline import DATASET_COMPONENT, Edge, Node, PipelineSpec
from mlops.formats.refusal import Refusal, Where
from mlops.pipelines.actions import library_versions
from mlops.pipelines.publishing import call
from mlops.runs.models import Experiment, Run, Step
from mlops.runs.numbering import next_number
from mlops.work.calls import later

COMPONENT = "batch_scoring"


def invoke(
    actor: Any,
    endpoint: BatchEndpoint,
    *,
    input: str = "",
    deployment: str = "",
    settings: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    output_dataset: str = "",
    experiment: str = "",
    display_name: str = "",
) -> BatchJob:
    """`settings` override those of the deployment for this job; `parameters` are those of a pipeline. `inputs` by
    their names, and `outputs`, are those of a pipeline component; of others, the one that has a path is `input`.

    Raises Refusal that names what is wrong with the input, a setting or a parameter."""
    require(actor, "batch.run", endpoint.project)
    chosen = deployment_named(endpoint, deployment) if deployment else _default(endpoint)
    names = {"experiment": experiment.strip() or endpoint.name, "display_name": display_name.strip()}
    names["display_name"] = (names["display_name"] or f"{endpoint.name}/{chosen.name}")[:200]
    if chosen.component is not None:
        given = {**dict(parameters or {}), **dict(inputs or {})}
        if input.strip():
            given[main_input(chosen)] = {"path": input.strip()}
        return _call_component(actor, chosen, given, outputs or {}, settings or {}, names)
    input = input or _only_path(inputs or {})
    if chosen.pipeline is not None:
        return _call_pipeline(actor, endpoint, chosen, input=input, parameters=parameters or {}, names=names)
    if parameters:
        raise Refusal(
            "parameters_unknown",
            _("“%(name)s” serves a model, which has no parameters.") % {"name": chosen.name},
            hint=_("Give settings, such as mini_batch_size."),
            where=Where(parameter="parameters"),
        )
    asked = read_input(endpoint.project, input)
    frozen = read_settings(settings or {}, base=settings_of(chosen))
    if asked.kind == "tree" and asked.dataset and chosen.entry != "script":
        raise Refusal(
            "input_not_a_table",
            _("“%(name)s” is an archive of files, and a model without a script scores tables.") % {"name": asked.told},
            hint=_("Choose a dataset with a table, or deploy the model with a scoring script."),
            status=422,
            where=Where(parameter="input"),
        )
    output_dataset = checked_dataset_name(output_dataset) if output_dataset.strip() else ""
    now = timezone.now()
    with transaction.atomic():
        run = _run(actor, endpoint, chosen, asked, frozen=msgspec.to_builtins(frozen), **names)
        job = BatchJob.objects.create(
            run=run,
            endpoint=endpoint,
            deployment=chosen,
            deployment_name=chosen.name,
            of=chosen.of,
            version=chosen.version,
            entry=chosen.entry,
            is_entry_free=chosen.is_entry_free,
            conversion=chosen.conversion,
            code=chosen.code,
            script=chosen.script,
            settings=msgspec.to_builtins(frozen),
            asked_input=msgspec.to_builtins(asked),
            output_dataset=output_dataset,
            phase_since=now,
            reason=_("Waits for a worker."),
        )
        _tell(actor, job)
        later("batch.look", job.pk)
    return job


def _default(endpoint: BatchEndpoint) -> BatchDeployment:
    endpoint.refresh_from_db(fields=["default"])
    if endpoint.default_id is None:
        raise Refusal(
            "deployment_missing",
            _("“%(name)s” has no deployment.") % {"name": endpoint.name},
            hint=_("Add a deployment to it, then call it."),
            status=409,
        )
    return deployment_named(endpoint, str(endpoint.default_id))


def _call_pipeline(
    actor: Any,
    endpoint: BatchEndpoint,
    chosen: BatchDeployment,
    *,
    input: str,
    parameters: Mapping[str, Any],
    names: dict[str, str],
) -> BatchJob:
    assert chosen.pipeline is not None
    given = dict(parameters)
    asked = None
    if input.strip():
        asked = read_input(endpoint.project, input)
        if not chosen.input_parameter or not asked.dataset:
            raise Refusal(
                "input_unknown",
                _("The pipeline takes a dataset as its input, not “%(told)s”.") % {"told": asked.told}
                if chosen.input_parameter
                else _("The pipeline has no parameter that takes data."),
                hint=_("Register the files as a dataset, and name it.") if chosen.input_parameter else "",
                status=422,
                where=Where(parameter="input"),
            )
        given[chosen.input_parameter] = {"dataset": asked.dataset, "version": asked.version}
    now = timezone.now()
    with transaction.atomic():
        run = call(
            actor,
            chosen.pipeline.endpoint,
            number=chosen.pipeline.number,
            parameters=given,
            origin=f"batch-endpoints/{endpoint.pk}@{chosen.name}"[:200],
            experiment=names["experiment"],
            display_name=names["display_name"],
        )
        job = BatchJob.objects.create(
            run=run,
            endpoint=endpoint,
            deployment=chosen,
            deployment_name=chosen.name,
            of=chosen.of,
            asked_input=msgspec.to_builtins(asked) if asked else {},
            phase=Phase.PIPELINE,
            phase_since=now,
        )
        _tell(actor, job)
    return job


def _call_component(
    actor: Any,
    chosen: BatchDeployment,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    settings: Mapping[str, Any],
    names: dict[str, str],
) -> BatchJob:
    told = ", ".join(str(one["path"]) for one in inputs.values() if isinstance(one, Mapping) and one.get("path"))
    with transaction.atomic():
        run = call_component(actor, chosen, inputs=inputs, outputs=outputs, settings=settings, **names)
        job = BatchJob.objects.create(
            run=run,
            endpoint=chosen.endpoint,
            deployment=chosen,
            deployment_name=chosen.name,
            of=chosen.of,
            asked_input={"told": told[:300]},
            phase=Phase.PIPELINE,
            phase_since=timezone.now(),
        )
        _tell(actor, job)
    return job


def _only_path(inputs: Mapping[str, Any]) -> str:
    paths = [str(one.get("path") or "") for one in inputs.values() if isinstance(one, Mapping)]
    if len(paths) > 1:
        raise Refusal(
            "input_unknown",
            _("The call gives several inputs of data, and one is taken."),
            hint=_("Only a deployment of a pipeline component takes several."),
            status=422,
            where=Where(parameter="inputs"),
        )
    return paths[0] if paths else ""


def _run(
    actor: Any,
    endpoint: BatchEndpoint,
    chosen: BatchDeployment,
    asked: Asked,
    *,
    frozen: dict[str, Any],
    experiment: str,
    display_name: str,
) -> Run:
    """With a step that scores, and before it the dataset that goes in, if it is one. Its workers are those of batch:
    the step is `running` from the start, so that nobody else takes it."""
    now = timezone.now()
    spec = _spec(chosen, asked, frozen)
    project = endpoint.project
    number = next_number(project)
    run = Run.objects.create(
        project=project,
        experiment=Experiment.objects.get_or_create(project=project, name=experiment[:120])[0],
        number=number,
        display_name=display_name,
        spec=msgspec.to_builtins(spec),
        spec_digest=spec.digest(),
        origin=f"batch-endpoints/{endpoint.pk}@{chosen.name}"[:200],
        snapshot={"versions": library_versions()},
        reason=_("Waiting for a worker."),
        state_since=now,
        created_by=actor,
    )
    if spec.node("data") is not None:
        version = dataset_of(project, asked)
        Step.objects.create(
            run=run,
            node="data",
            title=str(version),
            component=DATASET_COMPONENT,
            version="1",
            state="completed",
            reason=_("Read %(name)s.") % {"name": version},
            state_since=now,
            outputs={"dataset": {"type": "table", "tree": version.tree_id}},
            progress=1.0,
            started_at=now,
            ended_at=now,
        )
    Step.objects.create(
        run=run,
        node=NODE,
        title=_("Score with %(of)s") % {"of": chosen.of},
        component=COMPONENT,
        version="1",
        state="running",
        reason=_("Its mini-batches are spread over the workers."),
        state_since=now,
        started_at=now,
        progress=0.0,
        attempt=1,
    )
    later("execution.advance", run.pk)
    return run


def _spec(chosen: BatchDeployment, asked: Asked, frozen: dict[str, Any]) -> PipelineSpec:
    parameters = {"model": chosen.of, "entry": chosen.entry, "input": asked.told, **frozen}
    score = Node(id=NODE, component=COMPONENT, version="1", parameters=parameters)
    if asked.kind != "dataset":
        return PipelineSpec(nodes=(score,), edges=())
    data = Node(
        id="data",
        component=DATASET_COMPONENT,
        version="1",
        parameters={"dataset": asked.dataset, "version": asked.version},
    )
    edge = Edge(source="data", source_port="dataset", target=NODE, target_port="dataset")
    return PipelineSpec(nodes=(data, score), edges=(edge,))


def _tell(actor: Any, job: BatchJob) -> None:
    record(
        actor,
        "mlops.batch_job.submitted",
        subject=f"batch-endpoints/{job.endpoint.name}",
        project=job.endpoint.project,
        data={"run": job.run.number, "deployment": job.deployment_name, "input": job.asked_input.get("told", "")},
        notice=("batch", str(job.endpoint_id)),
    )
