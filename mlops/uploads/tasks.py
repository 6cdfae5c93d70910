"""What workers do for uploads: read whole files to their end, and remove what nobody goes on with."""

from __future__ import annotations

from mlops.formats.refusal import Refusal
from mlops.uploads import actions
from mlops.uploads.models import SentFile
from mlops.uploads.places import received_bytes
from mlops.work.calls import every, job, later


@job("uploads.finish")
def finish(upload_id: str) -> None:
    try:
        actions.finish(actions.as_id(upload_id))
    except Refusal:  # another worker does it
        return


@every(60, "uploads.sweep")
def sweep() -> None:
    for pk, size in SentFile.objects.filter(blob=None, problem="").values_list("pk", "size_bytes")[:1_000]:
        if received_bytes(pk) == size:
            later("uploads.finish", pk)
    actions.remove_expired()
