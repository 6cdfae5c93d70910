"""What a job is to score, as callers name it: a dataset version, an upload, a web address, or a run's output."""

from __future__ import annotations

import re
from typing import Any, BinaryIO, Literal
from urllib.parse import urlparse
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.batch.models import BatchInput
from mlops.blobs.trees import manifest_of
from mlops.datasets.models import AssetType, Dataset, DatasetVersion
from mlops.datasets.outside import is_outside, keep_outside
from mlops.datasets.queries import port_type, ready_version
from mlops.datasets.references import files_of
from mlops.formats.manifest import ARCHIVE_FILE
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.actions import keep_files
from mlops.runs.models import DONE_STEP_STATES, Run, Step

JOB_OUTPUT = re.compile(r"azureml://jobs/(?P<run>[^/]+)/outputs/(?P<port>[^/]+)(?:/paths/?.*)?")


UPLOAD = "upload:"


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`told`: as the caller wrote it. A dataset has its version for ever; a tree is one of the caller's project."""

    kind: Literal["dataset", "tree", "url"]
    told: str
    dataset: str = ""
    version: int = 0
    tree: str = ""
    url: str = ""


def keep_upload(actor: Any, project: Project, *, files: list[tuple[str, BinaryIO]]) -> BatchInput:
    """Files by their paths below the folder that they came from. Nothing of them is opened."""
    tree = keep_files(actor, project, files=files)
    return BatchInput.objects.create(project=project, tree=tree, created_by=actor)


def read_input(project: Project, given: str) -> Asked:
    """Raises Refusal `input_missing`, `input_unknown`, `dataset_unknown` and the like."""
    text = str(given).strip()
    if not text:
        hint = _("Name a dataset (“name” or “name:version”), an upload or an address that begins with https://.")
        raise _refused("input_missing", _("Say what is to be scored."), hint)
    if text.startswith(("http://", "https://")):
        return _address(text)
    if text.startswith(UPLOAD):
        return _upload(project, text)
    if is_outside(text):
        return Asked(kind="tree", told=text[:300], tree=keep_outside(project, text).digest)
    if text.startswith("azureml://"):
        return _output(project, text)
    if text.startswith(("file:", "/", "./", "../", "\\")) or re.match(r"[A-Za-z]:[\\/]", text):
        raise _refused(
            "input_local",
            _("“%(path)s” is a path on your machine, which the server cannot read.") % {"path": text[:200]},
            _("Upload the files first; `mlops batch-endpoint invoke --input PATH` does that by itself."),
        )
    return _dataset(project, text)


def dataset_of(project: Project, asked: Asked) -> DatasetVersion:
    return ready_version(project, asked.dataset, asked.version)


def _address(text: str) -> Asked:
    if not urlparse(text).hostname:
        raise _refused("input_unknown", _("“%(text)s” is no address.") % {"text": text[:200]}, "")
    return Asked(kind="url", told=text, url=text)


def _upload(project: Project, text: str) -> Asked:
    try:
        found = BatchInput.objects.filter(project=project, pk=UUID(text.removeprefix(UPLOAD))).first()
    except ValueError:
        found = None
    if found is None:
        raise _refused("input_unknown", _("This project has no upload of that id."), _("Upload the files again."))
    names = [file.path for file in manifest_of(found.tree_id).files]
    told = names[0] if len(names) == 1 else _("%(count)d uploaded files") % {"count": len(names)}
    return Asked(kind="tree", told=_("an uploaded folder") if told == ARCHIVE_FILE else told, tree=found.tree_id)


def _output(project: Project, text: str) -> Asked:
    """Of a job that has one output of that name."""
    match = JOB_OUTPUT.fullmatch(text)
    if match is None:
        hint = _("Such as azureml://jobs/RUN/outputs/PORT, or a dataset by its name.")
        raise _refused("input_unknown", _("“%(text)s” names no data here.") % {"text": text[:200]}, hint)
    run = _run(project, match["run"])
    steps = Step.objects.filter(run=run, state__in=DONE_STEP_STATES) if run else []
    outputs = {port: output["tree"] for step in steps for port, output in step.outputs.items()}
    if match["port"] not in outputs:
        hint = nearest(match["port"], outputs) or _("There are: %(all)s.") % {"all": ", ".join(outputs) or "–"}
        message = _("The run has no output “%(port)s”.") if run else _("There is no such run here.")
        raise _refused("input_unknown", message % {"port": match["port"]} if run else message, hint)
    return Asked(kind="tree", told=text, tree=outputs[match["port"]])


def _run(project: Project, name: str) -> Run | None:
    runs = Run.kept.filter(project=project)
    if name.lstrip("#").isdecimal():
        return runs.filter(number=int(name.lstrip("#"))).first()
    try:
        return runs.filter(pk=UUID(name)).first()
    except ValueError:
        return None


def _dataset(project: Project, text: str) -> Asked:
    """`name`, `name:3`, `name@latest`, each also after `azureml:`."""
    name, label = text.removeprefix("azureml:"), ""
    if name.endswith("@latest"):
        name = name.removesuffix("@latest")
    elif ":" in name and not Dataset.objects.filter(project=project, name=name).exists():
        name, _colon, label = name.rpartition(":")
    if label and not label.isdecimal():
        raise _refused(
            "version_invalid",
            _("“%(label)s” is no version of the dataset “%(name)s”.") % {"label": label[:40], "name": name[:100]},
            _("Versions are whole numbers; “name@latest” is the newest."),
        )
    found = ready_version(project, name, int(label) if label else None)
    if found.dataset.type in (AssetType.URI_FOLDER, AssetType.URI_FILE):
        tree = files_of(found).digest
        return Asked(kind="tree", told=str(found), tree=tree, dataset=name, version=found.number)
    if port_type(found) == "zip":
        return Asked(kind="tree", told=str(found), tree=str(found.tree_id), dataset=name, version=found.number)
    return Asked(kind="dataset", told=str(found), dataset=name, version=found.number)


def _refused(code: str, message: str, hint: str) -> Refusal:
    return Refusal(code, message, hint=hint, status=422, where=Where(parameter="input"))
