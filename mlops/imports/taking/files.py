"""Files by content: listed at their place, fetched where the list is another than last time, and kept as blobs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Blob
from mlops.blobs.plain_files import open_plain
from mlops.blobs.stores import store
from mlops.blobs.trees import MANY_FILES
from mlops.datastores.bucket_addresses import is_bucket, place_at
from mlops.datastores.fetching import Place, fetch, seen_at
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal
from mlops.imports.models import Outcome, Taken
from mlops.imports.taking.session import Session
from mlops.mlflow_stores.__main__ import ENDING
from mlops.mlflow_stores.values import LoggedModel as TheirModel
from mlops.mlflow_stores.values import Lying, files_mark
from mlops.mlflow_stores.values import Run as TheirRun
from mlops.runs.logging import artifact_path
from mlops.runs.models import Artifact, LoggedModelFile

KIND, BYTES = "file", "file_bytes"
FILES_A_FETCH = 200
BYTES_A_FETCH = 256 * 2**20
LOOK_SECONDS, FETCH_SECONDS = 120.0, 4 * 3600.0


def take_run_files(session: Session, theirs: TheirRun, our_id: UUID, known: Taken | None, *, is_whole: bool) -> None:
    """`is_whole`: nothing else of the run is new; then its files are looked at, and fetched if their list is."""
    is_done = is_whole and theirs.status != "RUNNING"
    kept = _changed(session, "run", theirs.name or theirs.id, theirs.id, theirs.place, known, is_done=is_done)
    for files, mark in kept:
        rows = [
            Artifact(run_id=our_id, path=file.path, blob_id=file.digest, size_bytes=file.size_bytes, at=timezone.now())
            for file in files
        ]
        with transaction.atomic():
            _replace(Artifact, rows, ["run", "path"])
            _done(session, "run", theirs.id, mark)


def take_model_files(
    session: Session, theirs: TheirModel, our_id: UUID, known: Taken | None, *, is_whole: bool
) -> None:
    kept = _changed(session, "logged_model", theirs.name, theirs.id, theirs.place, known, is_done=is_whole)
    for files, mark in kept:
        rows = [
            LoggedModelFile(
                model_id=our_id, path=file.path, blob_id=file.digest, size_bytes=file.size_bytes, at=timezone.now()
            )
            for file in files
        ]
        with transaction.atomic():
            _replace(LoggedModelFile, rows, ["model", "path"])
            _done(session, "logged_model", theirs.id, mark)


def files_at(session: Session, kind: str, name: str, source_id: str, place: str) -> list[File]:
    """Of anything else, such as a version whose files lie by themselves."""
    for files, _mark in _changed(session, kind, name, source_id, place, None, is_done=False):
        return files
    return []


def named_files(session: Session, kind: str, source_id: str, place: str, paths: list[str]) -> list[File]:
    """Those that came; what did not is told."""
    lying = [Lying(path, 0) for path in paths]
    try:
        if is_bucket(place):
            lying = [one for one in _lying(session, place) if one.path in paths]
        return list(_kept(session, place, lying, (kind, source_id, source_id))) if lying else []
    except Refusal as refusal:
        if refusal.code in ENDING:
            raise
        session.report.note(kind, source_id, source_id, refusal)
        return []


def _changed(
    session: Session, kind: str, name: str, source_id: str, place: str, known: Taken | None, *, is_done: bool
) -> Iterator[tuple[list[File], str]]:
    """Once, with all files and the mark of their list, if they are to be kept; else not at all."""
    if not place:
        return
    about = kind, name, source_id
    try:
        lying = _lying(session, place)
        sound = [one for one in lying if _is_sound(session, kind, name, source_id, one.path)]
        mark = files_mark(lying)
        if not sound or (is_done and known is not None and known.files_mark == mark):
            return
        if not session.options.dry_run:
            yield list(_kept(session, place, sound, about)), mark
        session.report.count(KIND, Outcome.NEW, len(sound))
        session.report.count(BYTES, Outcome.NEW, sum(one.size_bytes for one in sound))
    except Refusal as refusal:
        if refusal.code in ENDING:
            raise
        session.report.note(kind, name, source_id, refusal)


def _lying(session: Session, place: str) -> list[Lying]:
    if not is_bucket(place):
        return session.reader.files(place)
    try:
        seen = seen_at(_bucket(session, place), seconds=LOOK_SECONDS)
    except Refusal as refusal:
        if refusal.code == "path_unknown":
            return []
        raise
    return [Lying(one.path, one.size_bytes) for one in seen]


def _bucket(session: Session, place: str) -> Place:
    """By the project's data store for it, which has the secrets."""
    return place_at(session.row.project, place)


def _kept(session: Session, place: str, lying: list[Lying], about: tuple[str, str, str]) -> Iterator[File]:
    if is_bucket(place):
        with _scratch(session) as folder:
            fetch(_bucket(session, place), folder, seconds=FETCH_SECONDS)
            yield from _stored([(one.path, folder / one.path) for one in lying])
        return
    for some in _loads(lying):
        with _scratch(session) as folder:
            missing = session.reader.fetch(place, [one.path for one in some], folder)
            came = [(one.path, folder / str(n)) for n, one in enumerate(some) if one.path not in missing]
            yield from _stored(came)
        for path, problem in missing.items():
            _tell_missing(session, about, path, problem)
        session.look()


def _tell_missing(session: Session, about: tuple[str, str, str], path: str, problem: Refusal) -> None:
    kind, name, source_id = about
    message = _("The file “%(path)s” did not come: %(why)s") % {"path": path[:200], "why": problem.message}
    session.report.note(kind, name, f"{source_id}/{path}", Refusal("file_missing", message, hint=problem.hint))


def _loads(lying: list[Lying]) -> Iterator[list[Lying]]:
    load: list[Lying] = []
    for one in lying:
        load.append(one)
        if len(load) >= FILES_A_FETCH or sum(each.size_bytes for each in load) >= BYTES_A_FETCH:
            yield load
            load = []
    if load:
        yield load


def _stored(files: list[tuple[str, Path]]) -> list[File]:
    found = []
    with store().together() if len(files) > MANY_FILES // 10 else nullcontext(store().put) as put:
        for path, place in files:
            with open_plain(place) as source:
                digest, size = put(source)
            found.append(File(path=artifact_path(path), digest=digest, size_bytes=size))
    rows = {file.digest: Blob(digest=file.digest, size_bytes=file.size_bytes) for file in found}
    Blob.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return found


@contextmanager
def _scratch(session: Session) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=session.folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace(kind: type[Artifact] | type[LoggedModelFile], rows: Iterable[object], unique: list[str]) -> None:
    kind.objects.bulk_create(
        rows,  # type: ignore[arg-type]
        update_conflicts=True,
        unique_fields=unique,
        update_fields=["blob", "size_bytes", "at"],
        batch_size=150,
    )


def _done(session: Session, kind: str, source_id: str, mark: str) -> None:
    rows = Taken.objects.filter(project=session.row.project, source=session.row.source, kind=kind)
    rows.filter(source_id=source_id).update(files_mark=mark)


def _is_sound(session: Session, kind: str, name: str, source_id: str, path: str) -> bool:
    """What cannot be a path here is left out and told, and the others come."""
    try:
        artifact_path(path)
    except Refusal as refusal:
        session.report.note(kind, name, f"{source_id}/{path}", refusal)
        return False
    return True
