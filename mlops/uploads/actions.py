"""Beginning, continuing, finishing, using and ending the sending of a file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import may, require
from mlops.access.models import Project
from mlops.blobs import limits
from mlops.blobs.models import Blob
from mlops.blobs.trees import keep_stream
from mlops.formats.inner_paths import inner_path, shown
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, Where
from mlops.quotas.storage import require_bytes
from mlops.uploads.models import SentFile
from mlops.uploads.waiting import Checksum, waiting
from mlops.work.calls import later

FINISHED_AT_ONCE_BYTES = 256 * 1024**2
"""Larger ones are read to their end by a worker."""
LONGEST_NAME = 900
IDS_A_QUERY = 800
SHA256 = re.compile(r"[0-9a-f]{64}")


def begin(actor: Any, project: Project, *, name: str, size_bytes: int, sha256: str = "") -> SentFile:
    """Raises Refusal `name_unusable`, `digest_invalid`, `upload_too_large`, `uploads_too_many`, `disk_full`,
    `quota_reached`."""
    require(actor, "data.change", project)
    name = _checked_name(name)
    if sha256 and not SHA256.fullmatch(sha256):
        raise Refusal("digest_invalid", _("“%s” is no SHA-256.") % sha256[:70], hint=_("Write it as 64 hex digits."))
    _require_room(actor, name, size_bytes)
    require_bytes(project, size_bytes)
    made = SentFile.objects.create(
        project=project,
        name=name,
        size_bytes=size_bytes,
        sha256=sha256,
        created_by=actor,
        touched_at=timezone.now(),
    )
    if not size_bytes:
        finish(made.pk)
        made.refresh_from_db()
    return made


def own(actor: Any, upload_id: UUID) -> SentFile:
    """Nobody else's. Raises Refusal `not_found`; `forbidden` for who may not contribute any more."""
    return _own_many(actor, [upload_id])[0]


def _own_many(actor: Any, upload_ids: Sequence[UUID]) -> list[SentFile]:
    """In their order, in few queries."""
    rows = SentFile.objects.filter(created_by=actor.pk).select_related("project")
    found: dict[UUID, SentFile] = {}
    for start in range(0, len(upload_ids), IDS_A_QUERY):
        found.update(rows.in_bulk(upload_ids[start : start + IDS_A_QUERY]))
    projects = {upload.project_id: upload.project for upload in found.values()}
    if any(one not in found for one in upload_ids) or not all(may(actor, "read", one) for one in projects.values()):
        message = _("There is no such upload, or it is not yours.")
        raise Refusal("not_found", message, hint=_("It may have expired: send the file anew."), status=404)
    for project in projects.values():
        require(actor, "data.change", project)
    return [found[one] for one in upload_ids]


def offset_of(upload: SentFile) -> int:
    return upload.size_bytes if upload.blob_id else waiting().received_bytes(upload)


def add(actor: Any, upload: SentFile, source: BinaryIO, *, offset: int, checksum: Checksum | None = None) -> int:
    """Appends what comes and says how far it is then. `checksum`: algorithm and digest of these bytes.

    Raises Refusal `wrong_offset` (409), `checksum_differs` (460; nothing is kept of them), `upload_too_long`."""
    require(actor, "data.change", upload.project)
    now = waiting().append(upload, source, offset=offset, checksum=checksum)
    SentFile.objects.filter(pk=upload.pk).update(touched_at=timezone.now())
    if now == upload.size_bytes:
        _finish_soon(upload)
    return now


def _finish_soon(upload: SentFile) -> None:
    if upload.size_bytes <= FINISHED_AT_ONCE_BYTES:
        finish(upload.pk)
    else:
        later("uploads.finish", upload.pk)


def finish(upload_id: UUID) -> None:
    """Reads a file that came whole into the store. May run twice."""
    upload = SentFile.objects.filter(pk=upload_id, blob=None, problem="").first()
    if upload is None or waiting().received_bytes(upload) != upload.size_bytes:
        return
    if not upload.size_bytes:
        _is_whole(upload, keep_stream(io.BytesIO()))
        return
    with waiting().whole(upload) as whole:
        if upload.sha256 and upload.sha256 != whole.digest:
            problem = _("It is not what was sent: its SHA-256 is %(found)s…, not %(told)s….")
            words = problem % {"found": whole.digest[:12], "told": upload.sha256[:12]}
            SentFile.objects.filter(pk=upload.pk).update(problem=words)
        else:
            whole.keep()
            values = {"size_bytes": upload.size_bytes}
            _is_whole(upload, Blob.objects.get_or_create(digest=whole.digest, defaults=values)[0])
    waiting().discard(upload.pk)


def _is_whole(upload: SentFile, blob: Blob) -> None:
    SentFile.objects.filter(pk=upload.pk).update(blob=blob, touched_at=timezone.now())


def sent_files(actor: Any, project: Project, given: Sequence[tuple[str, str]]) -> list[File]:
    """Whole files by their upload's id and the path that each shall have (or "": its own name).

    Raises Refusal `not_found`, `upload_unfinished`, `upload_damaged`, `path_twice`."""
    require(actor, "data.change", project)
    found: dict[str, File] = {}
    uploads = _own_many(actor, [as_id(upload_id) for upload_id, _wanted in given])
    for upload, (_id, wanted) in zip(uploads, given, strict=True):
        if upload.project_id != project.pk:
            raise Refusal("not_found", _("The upload “%s” is for another project.") % upload.name, status=404)
        path = _checked_name(wanted or upload.name)
        if path in found:
            raise Refusal("path_twice", _("“%s” was sent twice.") % path, hint=_("Take one of them away."))
        found[path] = File(path=path, digest=_blob_of(upload), size_bytes=upload.size_bytes)
    return [found[path] for path in sorted(found)]


def _blob_of(upload: SentFile) -> str:
    if upload.problem:
        raise Refusal("upload_damaged", f"“{upload.name}”: {upload.problem}", hint=_("Send the file anew."), status=422)
    received = offset_of(upload)
    if upload.blob_id is None and received == upload.size_bytes:
        message = _("“%s” has come whole and is being read to its end.") % upload.name
        raise Refusal("upload_busy", message, hint=_("Try again in a moment."), status=409)
    if upload.blob_id is None:
        share = received / max(upload.size_bytes, 1)
        raise Refusal(
            "upload_unfinished",
            _("“%(name)s” is not whole yet: %(share)s have come.") % {"name": upload.name, "share": f"{share:.0%}"},
            hint=_("Wait until it is, or go on with it."),
            status=409,
        )
    return upload.blob_id


def forget(actor: Any, upload_ids: Iterable[str]) -> None:
    """What came of them stays where it was put to use."""
    uploads = _own_many(actor, [as_id(upload_id) for upload_id in upload_ids])
    for start in range(0, len(uploads), IDS_A_QUERY):
        some = uploads[start : start + IDS_A_QUERY]
        SentFile.objects.filter(pk__in=[upload.pk for upload in some]).delete()
        for upload in some:
            _discard(upload)


def remove(upload: SentFile) -> None:
    SentFile.objects.filter(pk=upload.pk).delete()
    _discard(upload)


def _discard(upload: SentFile) -> None:
    """Of one whose row is gone. Of one that became a blob nothing waits any more."""
    if upload.blob_id is None:
        waiting().discard(upload.pk)


def remove_expired() -> int:
    oldest = timezone.now() - keep_for()
    expired = list(SentFile.objects.filter(touched_at__lt=oldest)[:1_000])
    for upload in expired:
        if SentFile.objects.filter(pk=upload.pk, touched_at__lt=oldest).delete()[0]:
            _discard(upload)
    return len(expired)


def keep_for() -> timedelta:
    return timedelta(hours=settings.UPLOAD_KEEP_HOURS)


def as_id(text: str) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Refusal("not_found", _("“%s” is no upload.") % str(text)[:60], status=404) from None


def _checked_name(given: str) -> str:
    name = inner_path(given)
    if len(name) > LONGEST_NAME:
        message = _("“%(name)s” is longer than %(most)d characters.") % {"name": shown(name), "most": LONGEST_NAME}
        raise Refusal("name_unusable", message, hint=_("Rename it."), status=422, where=Where(value=shown(name)))
    return name


def _require_room(actor: Any, name: str, size_bytes: int) -> None:
    if size_bytes < 0:
        raise Refusal("size_invalid", _("A file has no negative size."))
    limits.require_size(size_bytes, name=name)
    waiting = SentFile.objects.filter(created_by=actor, blob=None).aggregate(size=Sum("size_bytes"))["size"] or 0
    hint = _("Finish or discard some of them: `GET /api/v1/sent-files/` lists them.")
    limits.require_together(waiting, size_bytes, hint=hint)
    limits.require_free(size_bytes, name=name)
