"""What workers do for uploads: read whole files to their end, and remove what nobody goes on with."""

from __future__ import annotations

from mlops.formats.refusal import Refusal
from mlops.uploads import actions
from mlops.uploads.models import SentFile
from mlops.uploads.waiting import waiting
from mlops.work.calls import every, job, later


@job("uploads.finish")
def finish(upload_id: str) -> None:
    try:
        actions.finish(actions.as_id(upload_id))
    except Refusal:  # another worker does it
        return


@every(60, "uploads.sweep")
def sweep() -> None:
    place = waiting()
    for upload in SentFile.objects.filter(blob=None, problem="")[:1_000]:
        if place.received_bytes(upload) == upload.size_bytes:
            later("uploads.finish", upload.pk)
    actions.remove_expired()


@every(3600, "uploads.clear")
def clear() -> None:
    waiting().clear()
