"""The files of a run by their places: what its code logged, what its steps made, the code that ran.

A place is `artifacts/<path>`, `outputs/<node>/<port>/<path>` or `code/<component>/<path>`. A model that code logged
lies among the artifacts in a folder of its name, as MLflow's own listings show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of
from mlops.formats.refusal import Refusal, nearest
from mlops.runs.code import folders_of
from mlops.runs.models import Artifact, LoggedModel, LoggedModelFile, Run, Step

MOST_FILES = 3_000


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    place: str
    digest: str
    size_bytes: int

    @property
    def name(self) -> str:
        return self.place.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.place).suffix.lower()


def logged(run: Run) -> Iterator[RunFile]:
    taken = set()
    for artifact in Artifact.objects.filter(run=run).order_by("path").iterator():
        place = f"artifacts/{artifact.path}"
        taken.add(place)
        yield RunFile(place=place, digest=artifact.blob_id, size_bytes=artifact.size_bytes)
    for folder, model in logged_models(run).items():
        for file in LoggedModelFile.objects.filter(model=model).order_by("path"):
            if (place := f"{folder}/{file.path}") not in taken:
                yield RunFile(place=place, digest=file.blob_id, size_bytes=file.size_bytes)


def logged_models(run: Run) -> dict[str, LoggedModel]:
    """Folder to model. Of several with one name, the newest has it; the others add the beginning of their ids."""
    found: dict[str, LoggedModel] = {}
    for model in LoggedModel.objects.filter(run=run, deleted_at=None).order_by("-created_at"):
        folder = f"artifacts/{model.name}"
        found[f"{folder}-{model.pk.hex[:8]}" if folder in found else folder] = model
    return found


def made(run: Run) -> Iterator[RunFile]:
    """By its steps, in the order in which they ran."""
    for node, outputs in Step.objects.filter(run=run).order_by("pk").values_list("node", "outputs"):
        for port, output in outputs.items():
            yield from _tree(f"outputs/{node}/{port}", output.get("tree", ""))


def ran(run: Run) -> Iterator[RunFile]:
    for folder in folders_of(run):
        yield from _tree(f"code/{folder.component}", folder.tree)


def files_of(run: Run) -> Iterator[RunFile]:
    yield from logged(run)
    yield from made(run)
    yield from ran(run)


def file_at(run: Run, place: str) -> RunFile:
    """Raises Refusal `file_not_found` with the nearest place."""
    kind, _slash, rest = place.partition("/")
    if kind == "artifacts":
        artifact = Artifact.objects.filter(run=run, path=rest).first()
        if artifact is not None:
            return RunFile(place=place, digest=artifact.blob_id, size_bytes=artifact.size_bytes)
    source = {"artifacts": logged, "outputs": made, "code": ran}.get(kind, files_of)
    known = []
    for file in source(run):
        if file.place == place:
            return file
        known.append(file.place)
    hint = nearest(place, known[:MOST_FILES])
    raise Refusal("file_not_found", _("This run has no file “%(place)s”.") % {"place": place}, hint=hint, status=404)


def _tree(root: str, digest: str) -> Iterator[RunFile]:
    """What was collected as garbage, or lost, has no files any more: that is told where it is opened."""
    if not digest:
        return
    try:
        manifest = manifest_of(digest)
    except Refusal:
        return
    for file in manifest.files:
        yield RunFile(place=f"{root}/{file.path}", digest=file.digest, size_bytes=file.size_bytes)
