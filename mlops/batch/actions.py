"""Batch endpoints and deployments: made, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.access.offered import is_usable
from mlops.batch.code import checked_code
from mlops.batch.models import BatchDeployment, BatchEndpoint, BatchJob, Phase
from mlops.batch.settings import read_pipeline_settings, read_settings, settings_of
from mlops.deployments import entries
from mlops.deployments.names import checked_name
from mlops.environments.references import with_registered
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.batch import PipelineSettings
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.pipelines.models import PublishedPipeline
from mlops.quotas.holding import require_room
from mlops.registry.models import ModelVersion
from mlops.registry.scanned import require_deployable
from mlops.tags.actions import change_tags

Files = list[tuple[str, BinaryIO]]


def create_endpoint(actor: Any, project: Project, *, name: str, description: str = "") -> BatchEndpoint:
    require(actor, "batch.define", project)
    name = checked_name(name, what="endpoint")
    with transaction.atomic():
        if BatchEndpoint.objects.filter(project=project, name=name).exists():
            raise _taken(
                _("There is already a batch endpoint “%(name)s” in this project.") % {"name": name},
                _("Add a deployment to it, or choose another name."),
            )
        require_room(project, "endpoints", by=actor)
        endpoint = BatchEndpoint.objects.create(
            project=project, name=name, description=description.strip(), created_by=actor
        )
        _tell(actor, "batch_endpoint.created", endpoint)
    return endpoint


def update_endpoint(
    actor: Any, endpoint: BatchEndpoint, *, description: str | None = None, default: str | None = None
) -> BatchEndpoint:
    """`default`: the deployment that takes calls which name none."""
    require(actor, "batch.define", endpoint.project)
    with transaction.atomic():
        was = stored(endpoint)
        if description is not None:
            endpoint.description = description.strip()
        if default is not None:
            endpoint.default = deployment_named(endpoint, default)
        endpoint.save(update_fields=["description", "default"])
        told = str(endpoint.default.name if endpoint.default else "")
        _tell(actor, "batch_endpoint.updated", endpoint, change=(was, stored(endpoint)), default=told)
    return endpoint


def delete_endpoint(actor: Any, endpoint: BatchEndpoint, *, reason: str = "") -> None:
    """With its deployments and its jobs; the runs of the jobs stay. Refused while a job is going."""
    require(actor, "batch.define", endpoint.project)
    with transaction.atomic():
        _require_quiet(BatchJob.objects.filter(endpoint=endpoint), endpoint.name)
        _tell(actor, "batch_endpoint.deleted", endpoint, reason=reason, change=gone(endpoint))
        endpoint.delete()


def deploy_model(
    actor: Any,
    endpoint: BatchEndpoint,
    *,
    name: str,
    version: ModelVersion,
    entry: str = "",
    code: Files | None = None,
    script: str = "",
    description: str = "",
    settings: Mapping[str, Any] | None = None,
    make_default: bool = False,
) -> BatchDeployment:
    """A model version, scored as ONNX, as it is, or by a script (`script` is its path among the files of `code`)."""
    require(actor, "batch.deploy", endpoint.project)
    name = checked_name(name, what="deployment")
    chosen = read_settings(with_registered(endpoint.project, settings or {}))
    if not is_usable(version.model, endpoint.project):
        raise Refusal(
            "model_elsewhere",
            _("%(version)s is in another project than “%(endpoint)s”.") % {"version": version, "endpoint": endpoint},
            hint=_(
                "Deploy it to a batch endpoint of its own project, or let an owner there offer the model to this one."
            ),
            where=Where(parameter="model"),
        )
    require_deployable(actor, version)
    tree = checked_code(actor, endpoint.project, files=code, script=script) if code or entry == "script" else None
    is_free, entry = not entry and tree is None, _entry(version, entry, has_code=tree is not None)
    conversion = entries.conversion_of(actor, version, entry, is_free=is_free)
    return add_to(
        actor,
        endpoint,
        name=name,
        make_default=make_default,
        version=version,
        entry=entry,
        is_entry_free=is_free,
        conversion=conversion,
        code=tree,
        script=script if tree else "",
        description=description.strip(),
        settings=msgspec.to_builtins(chosen),
    )


def deploy_pipeline(
    actor: Any,
    endpoint: BatchEndpoint,
    *,
    name: str,
    pipeline: PublishedPipeline,
    input_parameter: str = "",
    description: str = "",
    make_default: bool = False,
) -> BatchDeployment:
    """A published pipeline. The input goes to its dataset parameter: the named one, or the only one."""
    require(actor, "batch.deploy", endpoint.project)
    name = checked_name(name, what="deployment")
    if pipeline.endpoint.project_id != endpoint.project_id:
        raise Refusal(
            "pipeline_elsewhere",
            _("“%(pipeline)s” is in another project than “%(endpoint)s”.")
            % {"pipeline": pipeline, "endpoint": endpoint},
            where=Where(parameter="pipeline"),
        )
    return add_to(
        actor,
        endpoint,
        name=name,
        make_default=make_default,
        pipeline=pipeline,
        input_parameter=_input_parameter(pipeline, input_parameter),
        description=description.strip(),
        settings={},
    )


def update_deployment(
    actor: Any,
    deployment: BatchDeployment,
    *,
    description: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> BatchDeployment:
    """Of jobs that are called from now on; those that are going keep what they began with."""
    endpoint = deployment.endpoint
    require(actor, "batch.deploy", endpoint.project)
    before, chosen = _settings_before_and_after(deployment, settings or {})
    with transaction.atomic():
        was = _facts(deployment)
        if description is not None:
            deployment.description = description.strip()
        if not deployment.pipeline_id:
            deployment.settings = msgspec.to_builtins(chosen)
        deployment.save(update_fields=["description", "settings"])
        changed = {name: getattr(chosen, name) for name in chosen.__struct_fields__}
        changed = {name: value for name, value in changed.items() if value != getattr(before, name)}
        _tell(
            actor,
            "batch_deployment.updated",
            endpoint,
            deployment=deployment.name,
            change=(was, _facts(deployment)),
            changed=msgspec.to_builtins(changed),
        )
    return deployment


def _settings_before_and_after(deployment: BatchDeployment, given: Mapping[str, Any]) -> tuple[Any, Any]:
    if deployment.component_id:
        told = msgspec.convert(deployment.settings, type=PipelineSettings)
        return told, read_pipeline_settings(given, base=told)
    before = settings_of(deployment)
    return before, read_settings(with_registered(deployment.endpoint.project, given), base=before)


def delete_deployment(actor: Any, deployment: BatchDeployment, *, reason: str = "") -> None:
    """Refused while a job of it is going. Of the default one, the oldest of the others takes its place."""
    endpoint = deployment.endpoint
    require(actor, "batch.deploy", endpoint.project)
    with transaction.atomic():
        _require_quiet(BatchJob.objects.filter(deployment=deployment), deployment.name)
        if endpoint.default_id == deployment.pk:
            others = BatchDeployment.objects.filter(endpoint=endpoint).exclude(pk=deployment.pk)
            endpoint.default = others.order_by("created_at").first()
            endpoint.save(update_fields=["default"])
        told = {"deployment": deployment.name, "of": deployment.of}
        _tell(actor, "batch_deployment.deleted", endpoint, reason=reason, change=(_facts(deployment), {}), **told)
        deployment.delete()


def deployment_named(endpoint: BatchEndpoint, name: str) -> BatchDeployment:
    """By name or id. Raises Refusal `deployment_unknown` with the nearest."""
    known = list(
        BatchDeployment.objects.filter(endpoint=endpoint).select_related(
            "endpoint__project", "version__model__project", "conversion", "pipeline__endpoint", "component__component"
        )
    )
    for one in known:
        if name in (one.name, str(one.pk)):
            return one
    names = [one.name for one in known]
    raise Refusal(
        "deployment_unknown",
        _("“%(endpoint)s” has no deployment “%(name)s”.") % {"endpoint": endpoint.name, "name": name},
        hint=nearest(name, names) or _("There are: %(all)s.") % {"all": ", ".join(names) or _("none")},
        status=404,
        where=Where(parameter="deployment"),
    )


def add_to(actor: Any, endpoint: BatchEndpoint, *, name: str, make_default: bool, **fields: Any) -> BatchDeployment:
    """A row with these fields, which were checked. Raises Refusal `name_taken`."""
    with transaction.atomic():
        endpoint = (
            BatchEndpoint.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .get(pk=endpoint.pk)
        )
        if BatchDeployment.objects.filter(endpoint=endpoint, name=name).exists():
            raise _taken(
                _("“%(endpoint)s” already has a deployment “%(name)s”.") % {"endpoint": endpoint, "name": name},
                _("Choose another name, such as “%(other)s”.") % {"other": f"{name}-2"},
            )
        require_room(endpoint.project, "deployments", by=actor)
        deployment = BatchDeployment.objects.create(endpoint=endpoint, name=name, created_by=actor, **fields)
        if make_default or endpoint.default_id is None:
            endpoint.default = deployment
            endpoint.save(update_fields=["default"])
        _tell(actor, "batch_deployment.created", endpoint, deployment=name, of=deployment.of, entry=deployment.entry)
    return deployment


def _entry(version: ModelVersion, entry: str, *, has_code: bool) -> str:
    if has_code:
        return "script"
    possible = {one.entry: one for one in entries.possibilities(version)}
    if entry and entry not in ("onnx", "native", "mlflow"):
        raise Refusal(
            "entry_unknown",
            _("There is no entry “%(entry)s” for batch scoring.") % {"entry": entry},
            hint=nearest(entry, ("onnx", "native", "mlflow", "script")) or _("Choose onnx, native, mlflow or script."),
            where=Where(parameter="entry", value=entry),
        )
    wanted = [one for one in ([entry] if entry else ["onnx", "native", "mlflow"]) if one in possible]
    for one in wanted:
        if not possible[one].problem:
            return one
    raise Refusal(
        "entry_not_possible",
        possible[wanted[0]].problem if wanted else _("%(version)s is not in MLflow's format.") % {"version": version},
        hint=_("Choose another entry, or write a scoring script with init() and run(mini_batch)."),
        status=409,
        where=Where(parameter="entry"),
    )


def _input_parameter(pipeline: PublishedPipeline, wanted: str) -> str:
    """Empty for a pipeline without parameters that take data, when none is asked for."""
    parameters = msgspec.convert(pipeline.spec, type=PipelineSpec).parameters
    names = [name for name, parameter in parameters.items() if parameter.type == "dataset"]
    if wanted in names:
        return wanted
    if wanted:
        raise Refusal(
            "parameter_unknown",
            _("“%(pipeline)s” has no dataset parameter “%(name)s”.") % {"pipeline": pipeline, "name": wanted},
            hint=nearest(wanted, names) or _("There are: %(all)s.") % {"all": ", ".join(names) or _("none")},
            where=Where(parameter="input_parameter"),
        )
    if len(names) > 1:
        raise Refusal(
            "parameter_missing",
            _("“%(pipeline)s” has several dataset parameters.") % {"pipeline": pipeline},
            hint=_("Say which gets the input: %(all)s.") % {"all": ", ".join(names)},
            where=Where(parameter="input_parameter"),
        )
    return names[0] if names else ""


def _require_quiet(jobs: Any, name: str) -> None:
    going = jobs.exclude(phase=Phase.ENDED).select_related("run").first()
    if going is not None:
        raise Refusal(
            "job_going",
            _("The batch job #%(number)d of “%(name)s” is going.") % {"number": going.run.number, "name": name},
            hint=_("Wait until it has ended, or cancel it."),
            status=409,
        )


def _taken(message: str, hint: str) -> Refusal:
    return Refusal("name_taken", message, hint=hint, status=409, where=Where(parameter="name"))


def _facts(deployment: BatchDeployment) -> dict[str, Any]:
    """Of variables the names alone, for people keep secrets in them."""
    found = stored(deployment, leave_out=("settings",))
    settings = dict(deployment.settings)
    return {**found, "variables": sorted(settings.pop("variables", None) or {}), "settings": settings}


def _tell(
    actor: Any, act: str, endpoint: BatchEndpoint, *, reason: str = "", change: Change | None = None, **data: Any
) -> None:
    record(
        actor,
        f"mlops.{act}",
        subject=f"batch-endpoints/{endpoint.name}",
        project=endpoint.project,
        data=data,
        reason=reason,
        notice=("batch", str(endpoint.pk)),
        **sides(change),
    )


def tag_endpoint(actor: Any, endpoint: BatchEndpoint, *, tags: Mapping[str, str | None]) -> dict[str, str]:
    """None takes a tag off. Raises Refusal `tag_invalid`, `tags_too_many`."""
    return change_tags(
        actor,
        endpoint,
        tags,
        project=endpoint.project,
        type="mlops.batch_endpoint.tagged",
        subject=f"batch-endpoints/{endpoint.name}",
        notice=("batch", str(endpoint.pk)),
    )
