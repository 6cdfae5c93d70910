"""Data as jobs name it, resolved to a tree of files that never changes: assets, stores, outputs of jobs, addresses,
and paths beside the job's file."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.access.offered import REGISTRY
from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_file, keep_folder, manifest_of
from mlops.datasets import versions
from mlops.datasets.arrivals import MOST_FILES
from mlops.datasets.assets import JOBS
from mlops.datasets.models import AssetType, DatasetVersion
from mlops.datasets.outputs import output_of
from mlops.datasets.outside import current_files, is_outside, keep_outside
from mlops.datasets.trees import MLTABLE_FILE, as_mltable, tree_of, without_companions
from mlops.formats.definition import FileForm
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, Where

LONG = re.compile(
    r"azureml://(?:subscriptions/[^/]+/resource[gG]roups/[^/]+/(?:providers/Microsoft\.MachineLearningServices/)?"
    r"workspaces/[^/]+/)"
)
"""The long form of an address, which names a workspace: there is one place here."""
ASSET_ADDRESS = re.compile(
    r"azureml://(?:locations/[^/]+/workspaces/[^/]+/)?data/(?P<name>[^/]+)/versions/(?P<version>[^/]+)"
)
RUNS = re.compile(r"runs:/+(?P<run>[^/]+)(?P<path>/.*)?")
"""How MLflow names what a run logged."""
ELSEWHERE = re.compile(r"(?P<scheme>[a-z][a-z0-9+.\-]*)://")


class DataRef(msgspec.Struct, frozen=True, kw_only=True):
    """`label` is for people, `uri` what was written; `dataset` and `version` are set where an asset was named."""

    tree: str
    form: FileForm
    label: str
    uri: str
    dataset: str = ""
    version: int | None = None
    is_single: bool = False
    """The tree is one file, and code that reads `uri_file` gets its path."""


def resolve_data(
    actor: Any, project: Project, reference: str, *, form: FileForm, folder: Path | None = None, beside: str = ""
) -> DataRef:
    """`folder` holds what was sent along, `beside` is the file in it whose paths are relative to it.

    Raises Refusal: `dataset_unknown`, `version_unknown`, `data_type_mismatch`, `job_unknown`, `path_outside`,
    `file_unknown`, `reference_invalid`, and those of the store or address."""
    require(actor, "read", project)
    text = LONG.sub("azureml://", reference.strip())
    if not text:
        raise _invalid(reference)
    text = job_address(text) or text
    if text.startswith(JOBS):
        made = output_of(project, text)
        return _of_files(made.tree, form, label=text.removeprefix(JOBS), uri=reference)
    if is_outside(text):
        return _of_files(keep_outside(project, text), form, label=text, uri=reference)
    if (elsewhere := REGISTRY.fullmatch(text)) and elsewhere["noun"] == "data":
        name = f"{elsewhere['owner']}/{elsewhere['name']}"
        return _of_version(versions.named(project, name, elsewhere["version"] or ""), form, reference, project)
    if asset := ASSET_ADDRESS.fullmatch(text):
        return _of_version(versions.named(project, asset["name"], asset["version"]), form, reference, project)
    if text.startswith("azureml:") and not text.startswith("azureml://"):
        return _of_version(_asset(project, text.removeprefix("azureml:")), form, reference, project)
    if ELSEWHERE.match(text) and not text.startswith("file://"):
        raise _invalid(reference)
    return _local(folder, text, form, beside, reference)


def job_address(reference: str) -> str:
    """`azureml://jobs/NAME/outputs/OUTPUT…` of an address of a job's output, however it is written; else empty."""
    text = LONG.sub("azureml://", reference.strip())
    if logged := RUNS.fullmatch(text):
        return f"{JOBS}{logged['run']}/outputs/artifacts/paths{logged['path'] or '/'}"
    return text if text.startswith(JOBS) else ""


def _asset(project: Project, text: str) -> DatasetVersion:
    """`name:version`, `name@latest`, `name`."""
    if "@" in text:
        name, _at, label = text.partition("@")
        if label != versions.LATEST:
            raise Refusal(
                "label_unknown",
                _("“%(label)s” is no label of data.") % {"label": label[:60]},
                hint=_("There is one: %(name)s@latest.") % {"name": name[:120]},
                status=422,
            )
        return versions.named(project, name)
    name, _colon, version = text.partition(":")
    return versions.named(project, name, version)


def _of_version(version: DatasetVersion, form: FileForm, reference: str, project: Project) -> DataRef:
    """What another project offers is named with that project."""
    tree = _tree_in_form(version, form)
    of = version.dataset
    is_own = of.project_id == project.pk
    return DataRef(
        tree=tree.digest,
        form=form,
        label=str(version) if is_own else f"{of.project.slug}/{version}",
        uri=reference,
        dataset=of.name if is_own else f"{of.project.slug}/{of.name}",
        version=version.number,
        is_single=form == "uri_file",
    )


def _tree_in_form(version: DatasetVersion, form: FileForm) -> Tree:
    files = files_of(version)
    if form == "mltable":
        if version.tree_id is None:
            raise _mismatch(str(version), version.dataset.type, form)
        return as_mltable(version.tree_id)
    if form == "uri_file" and files.file_count != 1:
        raise _mismatch(str(version), version.dataset.type, form)
    return files


def files_of(version: DatasetVersion) -> Tree:
    """What was given: the files, or the file of a table. Raises Refusal where it is gone or not there yet."""
    if version.files is not None:
        return version.files
    if version.raw is not None:
        name = version.file_name or "data"
        return tree_of([File(path=name, digest=version.raw.digest, size_bytes=version.raw.size_bytes)])
    if version.origin.get("reference"):
        return current_files(version)
    if version.tree is None:
        raise Refusal("file_not_found", _("The file of “%(version)s” was not kept.") % {"version": version}, status=410)
    return version.tree


def _of_files(tree: Tree, form: FileForm, *, label: str, uri: str) -> DataRef:
    tree = without_companions(tree) if form != "mltable" else tree
    if form == "uri_file" and tree.file_count != 1:
        single = _table_file(tree)
        if single is None:
            raise _mismatch(label, _("folder of %(count)d files") % {"count": tree.file_count}, form)
        tree = single
    paths = {file.path for file in manifest_of(tree.digest).files} if form == "mltable" else set()
    if form == "mltable" and MLTABLE_FILE not in paths:
        if "data.parquet" not in paths:
            raise Refusal(
                "mltable_missing",
                _("“%(label)s” holds no file named MLTable.") % {"label": label[:200]},
                hint=_("Write one, or ask for the type uri_folder."),
                status=422,
            )
        tree = as_mltable(tree.digest)
    return DataRef(tree=tree.digest, form=form, label=label[:300], uri=uri, is_single=form == "uri_file")


def _table_file(tree: Tree) -> Tree | None:
    """Of a table that a step made, its Parquet file."""
    files = manifest_of(tree.digest).files
    found = [file for file in files if file.path == "data.parquet"]
    return tree_of(found) if found and any(file.path == "meta.json" for file in files) else None


def _local(folder: Path | None, text: str, form: FileForm, beside: str, reference: str) -> DataRef:
    path = text.removeprefix("file://").removeprefix("file:").replace("\\", "/")
    if folder is None:
        raise Refusal(
            "input_local",
            _("“%(path)s” is a path on your machine, which the server cannot read.") % {"path": reference[:200]},
            hint=_("`mlops job create -f` and `mlops data create --path` send it along."),
            status=422,
        )
    root = folder.resolve()
    place = (root / PurePosixPath(beside).parent / path).resolve()
    if not place.is_relative_to(root):
        raise Refusal(
            "path_outside",
            _("“%(path)s” lies outside what was sent.") % {"path": reference[:200]},
            hint=_("Send a zip of the folder that holds the YAML file and everything that it names."),
            status=422,
        )
    if place.is_file():
        blob = keep_file(place)
        tree = tree_of([File(path=place.name, digest=blob.digest, size_bytes=blob.size_bytes)])
        return _of_files(tree, form, label=path, uri=reference)
    if not place.is_dir():
        raise Refusal(
            "file_unknown",
            _("There is no file and no folder “%(path)s” beside the file.") % {"path": reference[:200]},
            hint=_("An asset is written azureml:NAME:VERSION or azureml:NAME@latest."),
            status=422,
        )
    tree = keep_folder(place)
    if not tree.file_count or tree.file_count > MOST_FILES:
        raise Refusal("folder_empty", _("“%(path)s” holds no file.") % {"path": reference[:200]}, status=422)
    return _of_files(tree, form, label=path, uri=reference)


def _mismatch(label: str, has: str, form: str) -> Refusal:
    return Refusal(
        "data_type_mismatch",
        _("“%(label)s” is of the type %(has)s and cannot be given as %(form)s.")
        % {"label": label[:200], "has": has, "form": form},
        hint=_("Ask for %(other)s.") % {"other": "uri_folder" if form == AssetType.URI_FILE else "uri_file"},
        status=422,
        where=Where(parameter="type", value=form),
    )


def _invalid(reference: str) -> Refusal:
    return Refusal(
        "reference_invalid",
        _("“%(reference)s” names no data.") % {"reference": reference[:200]},
        hint=_(
            "Such as azureml:NAME:VERSION, azureml:NAME@latest, azureml://datastores/NAME/paths/…, "
            "azureml://jobs/NAME/outputs/OUTPUT, runs:/RUN/PATH, https://…, wasbs://…, abfss://…, "
            "s3://…, or a path beside the file."
        ),
        status=422,
        where=Where(value=reference[:200]),
    )
