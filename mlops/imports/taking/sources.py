"""Where a version's files come from: the run or the logged model that was taken, else the place itself."""

from __future__ import annotations

import re

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.blobs.trees import keep_manifest
from mlops.formats.manifest import File, Manifest
from mlops.formats.refusal import Refusal
from mlops.imports.taking.files import files_at
from mlops.imports.taking.session import Session
from mlops.mlflow_stores.values import Version
from mlops.runs.models import Artifact, LatestMetric, LoggedModel, LoggedModelFile

MODEL_IN_PATH = re.compile(r"/models/(m-[0-9a-f]{32})/artifacts/?$")
KIND = "version"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    tree: Tree
    logged_model: LoggedModel | None = None
    metrics: dict[str, float] = {}


def tree_of(session: Session, name: str, theirs: Version) -> Found:
    """A version without files is kept too, and told."""
    source_id, title = f"{name}/{theirs.number}", f"{name} {theirs.number}"
    logged = _logged(session, theirs)
    files = _of_model(logged) if logged else []
    run_id, folder = _in_run(theirs)
    if not files and run_id:
        files, logged = _of_run(session, run_id, folder, logged)
    if not files and session.options.artifacts and not theirs.place.startswith(("runs:", "models:")):
        files = files_at(session, KIND, title, source_id, theirs.place)
    if not files:
        why = _("Its files were not found at “%(place)s”, so it has none here.") % {"place": theirs.place[:200]}
        if not session.options.artifacts:
            why = _("Files were left out of this import, so it has none here.")
        hint = _("Delete it here, and import again with files; or register it anew.")
        session.report.note(KIND, title, source_id, Refusal("version_without_files", why, hint=hint))
    manifest = Manifest(files=tuple(sorted(files, key=lambda file: file.path)))
    return Found(tree=keep_manifest(manifest), logged_model=logged, metrics=_metrics(session, theirs.run))


def _logged(session: Session, theirs: Version) -> LoggedModel | None:
    in_path = MODEL_IN_PATH.search(theirs.place)
    key = theirs.model or (in_path[1] if in_path else "")
    row = session.known("logged_model", [key]).get(key) if key else None
    return LoggedModel.objects.filter(pk=row.our_id).first() if row else None


def _in_run(theirs: Version) -> tuple[str, str]:
    """The run of the source and the folder below its files; empty where it is none."""
    for place in (theirs.place, theirs.source):
        if place.startswith("runs:"):
            run, _slash, folder = place.removeprefix("runs:").strip("/").partition("/")
            return run, folder.strip("/")
        _before, found, folder = place.partition(f"/{theirs.run}/artifacts") if theirs.run else ("", "", "")
        if found:
            return theirs.run, folder.strip("/")
    return "", ""


def _of_run(
    session: Session, run: str, folder: str, logged: LoggedModel | None
) -> tuple[list[File], LoggedModel | None]:
    row = session.known("run", [run]).get(run)
    if row is None:
        return [], logged
    start = f"{folder}/" if folder else ""
    found = Artifact.objects.filter(run=row.our_id, path__startswith=start)
    files = [
        File(path=path.removeprefix(start), digest=digest, size_bytes=size)
        for path, digest, size in found.values_list("path", "blob_id", "size_bytes")
    ]
    if files or not folder:
        return files, logged
    named = LoggedModel.objects.filter(run=row.our_id, name=folder, deleted_at=None).first()
    return (_of_model(named), named) if named else ([], logged)


def _of_model(logged: LoggedModel) -> list[File]:
    rows = LoggedModelFile.objects.filter(model=logged).values_list("path", "blob_id", "size_bytes")
    return [File(path=path, digest=digest, size_bytes=size) for path, digest, size in rows]


def _metrics(session: Session, run: str) -> dict[str, float]:
    row = session.known("run", [run]).get(run) if run else None
    told = LatestMetric.objects.filter(run=row.our_id, special="").values_list("key", "value") if row else ()
    return {key: value for key, value in told if value is not None}
