"""Pipeline components behind a batch endpoint: each call is a pipeline job with the component as its one step."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.batch.actions import add_to
from mlops.batch.inputs import UPLOAD, read_input
from mlops.batch.models import BatchDeployment, BatchEndpoint
from mlops.batch.settings import read_pipeline_settings
from mlops.components.files import fields_written
from mlops.components.models import Component, ComponentVersion, Kind
from mlops.components.queries import version_of
from mlops.deployments.names import checked_name
from mlops.formats.azureml.lines import load
from mlops.formats.azureml.values import FILE_FORMS
from mlops.formats.batch import PipelineSettings
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.jobs.actions import Asked, as_understood, begin
from mlops.jobs.reading import Files
from mlops.runs.models import Run

STEP = "pipeline"
FILE = "call.yml"


def component_named(project: Project, text: str) -> ComponentVersion | None:
    """`name`, `name:version` or `name@latest`, each also after `azureml:`. None where no component has the name.

    Raises Refusal `version_unknown` with the nearest, `component_unfit` for one that is no pipeline."""
    name, _sign, version = text.strip().removeprefix("azureml:").replace("@", ":").partition(":")
    found = Component.objects.filter(project=project, name=name).select_related("project").first()
    if found is None:
        return None
    one = version_of(found, version)
    if one.kind != Kind.GRAPH:
        raise Refusal(
            "component_unfit",
            _("“%(name)s” is no pipeline component, but of the kind “%(kind)s”.") % {"name": one, "kind": one.kind},
            hint=_("Register a component with `type: pipeline` that has it as a job."),
            status=422,
            where=Where(parameter="component"),
        )
    return one


def deploy_component(
    actor: Any,
    endpoint: BatchEndpoint,
    *,
    name: str,
    component: ComponentVersion,
    settings: Mapping[str, Any] | None = None,
    description: str = "",
    make_default: bool = False,
) -> BatchDeployment:
    """Raises Refusal `setting_unknown`, `setting_invalid`, `name_taken`."""
    require(actor, "batch.deploy", endpoint.project)
    chosen = read_pipeline_settings(settings or {})
    return add_to(
        actor,
        endpoint,
        name=checked_name(name, what="deployment"),
        make_default=make_default,
        component=component,
        description=description.strip(),
        settings=msgspec.to_builtins(chosen),
    )


def call_component(
    actor: Any,
    chosen: BatchDeployment,
    *,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
    settings: Mapping[str, Any],
    experiment: str,
    display_name: str,
) -> Run:
    """`inputs`: name to a literal, or to `{type, path}` as a job's file has them; `outputs` alike.

    Raises Refusal `input_unknown`, `input_missing`, `output_unknown` and those of jobs."""
    assert chosen.component is not None
    endpoint = chosen.endpoint
    fields = fields_written(chosen.component)
    base = msgspec.convert(chosen.settings, type=PipelineSettings)
    job: dict[str, Any] = {
        "type": "pipeline",
        "display_name": display_name,
        "settings": msgspec.to_builtins(read_pipeline_settings(settings, base=base)),
        **_bound(chosen, fields, inputs, outputs),
    }
    with tempfile.TemporaryDirectory(prefix="mlops-") as folder:
        files = Files(actor, endpoint.project, Path(folder))
        for one in job["inputs"].values():
            if str(one.get("path", "")).startswith(UPLOAD):
                files.kept[one["path"]] = read_input(endpoint.project, one["path"]).tree
        try:
            found = as_understood(files, load(FILE, yaml.safe_dump(job, sort_keys=False, allow_unicode=True)))
        except Refusal as refusal:
            refusal.message = _without_line(refusal.message)
            raise
        origin = f"batch-endpoints/{endpoint.pk}@{chosen.name}"
        return begin(actor, endpoint.project, found, asked=Asked(experiment=experiment), origin=origin)


def main_input(chosen: BatchDeployment) -> str:
    """The input that a call without names gives: the only one that takes data, or the only one of those that must be
    given. Raises Refusal `input_unknown`."""
    assert chosen.component is not None
    given: dict[str, Any] = fields_written(chosen.component).get("inputs") or {}
    data = [name for name, one in given.items() if one.get("type") in FILE_FORMS]
    needed = [name for name in data if not given[name].get("optional")]
    if len(data) == 1 or len(needed) == 1:
        return (data if len(data) == 1 else needed)[0]
    raise _unknown(
        _("“%(name)s” takes several inputs of data.") if data else _("“%(name)s” takes no data."),
        chosen,
        _("Name each: inputs.NAME.path=…, of %(all)s.") % {"all": ", ".join(data)} if data else "",
    )


def _bound(
    chosen: BatchDeployment, fields: dict[str, Any], inputs: Mapping[str, Any], outputs: Mapping[str, Any]
) -> dict[str, Any]:
    """`inputs`, `outputs` and `jobs` of the job: data and outputs are the pipeline's own, literals are of its step."""
    known, ends = fields.get("inputs") or {}, fields.get("outputs") or {}
    data: dict[str, Any] = {}
    step: dict[str, Any] = {}
    for name, value in inputs.items():
        if name not in known:
            hint = nearest(name, known) or _("There are: %(all)s.") % {"all": ", ".join(known) or _("none")}
            raise _unknown(_("“%(name)s” has no input “%(input)s”."), chosen, hint, input=name)
        form = str(known[name].get("type", ""))
        if form in FILE_FORMS:
            given = value if isinstance(value, Mapping) else {"path": value}
            data[name] = {"type": str(given.get("type") or form), "path": str(given.get("path") or "")}
            step[name] = f"${{{{parent.inputs.{name}}}}}"
        else:
            step[name] = value.get("value", value.get("default")) if isinstance(value, Mapping) else value
    for name in outputs:
        if name not in ends:
            hint = nearest(name, ends) or _("There are: %(all)s.") % {"all": ", ".join(ends) or _("none")}
            raise _unknown(_("“%(name)s” has no output “%(input)s”."), chosen, hint, input=name)
    wanted = {name: {"type": one.get("type", "uri_folder")} for name, one in ends.items()}
    for name, value in outputs.items():
        wanted[name] |= dict(value) if isinstance(value, Mapping) else {"path": str(value)}
    job = {
        "type": "pipeline",
        "component": f"azureml:{fields['name']}:{fields['version']}",
        "inputs": step,
        "outputs": {name: f"${{{{parent.outputs.{name}}}}}" for name in ends},
    }
    return {"inputs": data, "outputs": wanted, "jobs": {STEP: job}}


def _unknown(message: str, chosen: BatchDeployment, hint: str, **words: str) -> Refusal:
    text = message % {"name": chosen.of, **words}
    return Refusal("input_unknown", text, hint=hint, status=422, where=Where(parameter="inputs"))


def _without_line(message: str) -> str:
    """The file is one that the caller never saw."""
    head, sign, rest = message.partition(": ")
    return rest if sign and head.startswith(f"{FILE}, line ") else message
