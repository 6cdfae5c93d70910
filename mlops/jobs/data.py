"""The data at a job's inputs: found first, so that every fault is told, and kept only when all is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.trees import keep_file, keep_manifest
from mlops.components.bundles import inside
from mlops.datasets.queries import ready_version
from mlops.formats.azureml.ignoring import kept_files
from mlops.formats.azureml.job_fields import Given
from mlops.formats.azureml.lines import Source
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.models import ModelVersion
from mlops.runs.models import DONE_STEP_STATES, Run, Step

MODEL_FORMS = ("mlflow_model", "custom_model", "triton_model")

Keep = Callable[[], dict[str, Any]]
"""The parameters of the data node; keeps the files where they came along."""


def data_at(project: Project, folder: Path, given: Given, source: Source) -> Keep:
    """Raises Refusal with the line where there is no such data."""
    try:
        return _found(project, folder, given, source.name)
    except Refusal as refusal:
        at = (*given.at, "path")
        raise source.refuse(refusal.code, refusal.message, at=at, hint=refusal.hint) from refusal


def _found(project: Project, folder: Path, given: Given, beside: str) -> Keep:
    path = given.path
    if path.startswith("azureml://jobs/"):
        return _of_job(project, given)
    if path.startswith("azureml:") and not path.startswith("azureml://"):
        return _of_asset(project, given)
    if "://" in path:
        raise Refusal(
            "data_elsewhere",
            _("Data at “%(path)s” cannot be read from here.") % {"path": path},
            hint=_("Import it first (mlops data create), then write path: azureml:NAME:VERSION."),
            status=422,
        )
    place = inside(folder, path, beside=beside)
    if not place.exists():
        known = [one.relative_to(folder).as_posix() for one in folder.rglob("*")]
        raise Refusal(
            "file_unknown",
            _("There is no file or folder “%(path)s”.") % {"path": path},
            hint=nearest(path, known) or _("Paths are read from the folder of the YAML file."),
            status=422,
        )
    return lambda: _kept(place, given)


def _kept(place: Path, given: Given) -> dict[str, Any]:
    found = [place] if place.is_file() else list(kept_files(place))
    root = place.parent if place.is_file() else place
    files = []
    for path in found:
        blob = keep_file(path)
        files.append(File(path=path.relative_to(root).as_posix(), digest=blob.digest, size_bytes=blob.size_bytes))
    tree = keep_manifest(Manifest(files=tuple(files)))
    return {"uri": given.path, "tree": tree.digest, "form": given.type}


def _of_asset(project: Project, given: Given) -> Keep:
    """`azureml:name:version`, `azureml:name@latest`, `azureml:name`: of a model form a model, else a dataset."""
    name, version = _split(given.path)
    if given.type in MODEL_FORMS:
        return _of_model(project, given, name, version)
    if version and not version.isdecimal():
        raise Refusal(
            "data_unreadable",
            _("“%(path)s” names no version of a dataset.") % {"path": given.path},
            hint=_("Write azureml:NAME:VERSION or azureml:NAME@latest."),
            status=422,
        )
    found = ready_version(project, name, int(version) if version else None)
    parameters = {"dataset": name, "version": found.number}
    return lambda: parameters


def _of_model(project: Project, given: Given, name: str, version: str) -> Keep:
    known = ModelVersion.objects.filter(model__project=project, model__name=name)
    found = known.filter(number=version).first() if version.isdecimal() else known.order_by("-number").first()
    if found is None:
        names = ModelVersion.objects.filter(model__project=project).values_list("model__name", flat=True)
        raise Refusal(
            "model_unknown",
            _("There is no model “%(path)s” in this project.") % {"path": given.path},
            hint=nearest(name, set(names)) or _("`mlops model list` shows them."),
            status=404,
        )
    parameters = {"uri": f"azureml:{name}:{found.number}", "tree": found.tree_id, "form": given.type}
    return lambda: parameters


def _of_job(project: Project, given: Given) -> Keep:
    """`azureml://jobs/NAME/outputs/OUTPUT`, as `job show` prints it."""
    name, _slash, rest = given.path.removeprefix("azureml://jobs/").partition("/outputs/")
    output = rest.split("/", 1)[0]
    run = Run.objects.filter(project=project, name=name).first()
    steps = Step.objects.filter(run=run, state__in=DONE_STEP_STATES) if run else Step.objects.none()
    for step in steps:
        if output in step.outputs:
            parameters = {"uri": given.path, "tree": step.outputs[output]["tree"], "form": given.type}
            return lambda: parameters
    raise Refusal(
        "job_output_unknown",
        _("There is no output “%(path)s” of a job of this project.") % {"path": given.path},
        hint=_("`mlops job show -n NAME` shows the outputs of a job."),
        status=404,
    )


def _split(path: str) -> tuple[str, str]:
    name = path.removeprefix("azureml:")
    if "@" in name:
        name, _sign, label = name.rpartition("@")
        return name, "" if label in ("latest", "default") else label
    name, _sign, version = name.partition(":")
    return name, version
