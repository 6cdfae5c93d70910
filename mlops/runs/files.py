"""The files of a run by their places: what its code logged, what its steps made, the code that ran.

A place is `artifacts/<path>`, `outputs/<node>/<port>/<path>` or `code/<component>/<path>`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from mlops.blobs.trees import manifest_of
from mlops.formats.refusal import Refusal, nearest
from mlops.runs.code import folders_of
from mlops.runs.models import Artifact, Run, Step

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
    for artifact in Artifact.objects.filter(run=run).order_by("path").iterator():
        yield RunFile(place=f"artifacts/{artifact.path}", digest=artifact.blob_id, size_bytes=artifact.size_bytes)


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
    raise Refusal("file_not_found", f"This run has no file “{place}”.", hint=hint, status=404)


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
