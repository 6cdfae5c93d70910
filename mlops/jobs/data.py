"""The data at a job's inputs, as data nodes of its graph."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of
from mlops.components.bundles import inside
from mlops.datasets.models import AssetType, DatasetVersion
from mlops.datasets.references import DataRef, resolve_data
from mlops.datasets.sharing import dataset_named
from mlops.datasets.trees import tree_of
from mlops.formats.azureml.job_fields import Given
from mlops.formats.azureml.lines import Source
from mlops.formats.kept import BESIDE, DATA_FILE, META_FILE
from mlops.formats.refusal import Refusal, nearest
from mlops.jobs.reading import Files
from mlops.registry.models import ModelVersion
from mlops.registry.queries import model_offered

MODEL_FORMS = ("mlflow_model", "custom_model", "triton_model")
MODEL_ADDRESS = re.compile(r"azureml://(?:.*/)?models/(?P<name>[^/]+)/(?:versions|labels)/(?P<version>[^/]+)")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")


def data_at(files: Files, given: Given, source: Source) -> dict[str, Any]:
    """The parameters of the data node. Raises Refusal with the line where there is no such data."""
    at = (*given.at, "path")
    if "${{" in given.path:
        raise source.refuse("expression_unknown", _("“%(path)s” has no value here.") % {"path": given.path}, at=at)
    try:
        return _found(files, given, source.name)
    except Refusal as refusal:
        raise source.refuse(refusal.code, refusal.message, at=at, hint=refusal.hint) from refusal


def _found(files: Files, given: Given, beside: str) -> dict[str, Any]:
    if given.path in files.kept:
        return {"uri": given.path, "tree": files.kept[given.path], "form": given.type}
    named = given.path.startswith("azureml:") and not given.path.startswith("azureml://")
    address = MODEL_ADDRESS.fullmatch(given.path)
    if given.type in MODEL_FORMS and (named or address):
        name, version = (address["name"], address["version"]) if address else _split(given.path)
        return _of_model(files, given, name, version)
    path = given.path
    if path.startswith("file:") or not SCHEME.match(path):
        path = _local(files.folder, path, beside)
    found = resolve_data(files.actor, files.project, path, form=given.type, folder=files.folder)  # type: ignore[arg-type]
    return _node(files, given, found)


def _local(folder: Path, path: str, beside: str) -> str:
    """The path from the top of what was sent."""
    place, top = inside(folder, path, beside=beside), folder.resolve()
    if place.exists():
        return place.relative_to(top).as_posix()
    known = [one.relative_to(folder).as_posix() for one in sorted(folder.rglob("*"))[:5_000]]
    raise Refusal(
        "file_unknown",
        _("There is no file and no folder “%(path)s” beside the file.") % {"path": path[:200]},
        hint=nearest(path.removeprefix("./"), known)
        or _("An asset is written azureml:NAME:VERSION or azureml:NAME@latest."),
        status=422,
    )


def _node(files: Files, given: Given, found: DataRef) -> dict[str, Any]:
    """Of a dataset that is a table, beside its file lies the table, for steps that read one."""
    told: dict[str, Any] = {"uri": given.path, "tree": found.tree, "form": found.form}
    if not found.dataset or found.version is None:
        return told
    of = dataset_named(files.project, found.dataset)
    version = DatasetVersion.objects.select_related("dataset").get(dataset=of, number=found.version)
    named = {"dataset": found.dataset, "version": found.version}
    if given.type == "mltable" and version.dataset.type == AssetType.TABLE:
        return named
    return {**told, **named, "tree": _with_table(version, found.tree)}


def _with_table(version: DatasetVersion, tree: str) -> str:
    if version.tree_id is None or version.tree_id == tree:
        return tree
    table = {file.path: file for file in manifest_of(version.tree_id).files if file.path in BESIDE}
    own = manifest_of(tree).files
    if not {DATA_FILE, META_FILE} <= set(table) or any(file.path in BESIDE for file in own):
        return tree
    return tree_of([*own, *table.values()]).digest


def _of_model(files: Files, given: Given, name: str, version: str) -> dict[str, Any]:
    known = ModelVersion.objects.filter(model__project=files.project, model__name=name).order_by("-number")
    uri = f"azureml:{name}"
    if (abroad := model_offered(files.project, given.path)) is not None:
        known = ModelVersion.objects.filter(model=abroad[0]).order_by("-number")
        version, uri = abroad[1], f"azureml:{abroad[0].project.slug}/{abroad[0].name}"
    found = known.filter(number=version).first() if version.isdecimal() else known.first()
    if found is None:
        names = ModelVersion.objects.filter(model__project=files.project).values_list("model__name", flat=True)
        raise Refusal(
            "model_unknown",
            _("There is no model “%(path)s” in this project.") % {"path": given.path},
            hint=nearest(name, set(names)) or _("`mlops model list` shows them."),
            status=404,
        )
    return {"uri": f"{uri}:{found.number}", "tree": found.tree_id, "form": given.type}


def _split(path: str) -> tuple[str, str]:
    name = path.removeprefix("azureml:")
    if "@" in name:
        name, _sign, label = name.rpartition("@")
        return name, "" if label in ("latest", "default") else label
    name, _sign, version = name.partition(":")
    return name, version
