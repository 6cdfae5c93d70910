"""Files of a trace. Those in which clients before 3.4 send its spans are read, and kept as they came."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Blob
from mlops.blobs.trees import open_blob
from mlops.formats.refusal import Refusal
from mlops.formats.spans import Span, SpanInvalid, read_document
from mlops.runs.logging import artifact_path
from mlops.traces.models import Trace, TraceFile
from mlops.traces.telling import keep_spans

SPANS = "traces.json"
MOST_BYTES_OF_SPANS = 64 * 2**20


def keep_trace_file(trace: Trace, path: str, blob: Blob) -> None:
    """Raises Refusal `artifact_path_invalid` or `spans_invalid`."""
    place = artifact_path(path)
    spans = _spans(blob) if place == SPANS else []
    with transaction.atomic():
        facts = {"blob": blob, "size_bytes": blob.size_bytes, "at": timezone.now()}
        TraceFile.objects.update_or_create(trace=trace, path=place, defaults=facts)
        keep_spans(trace, spans)


def _spans(blob: Blob) -> list[Span]:
    if blob.size_bytes > MOST_BYTES_OF_SPANS:
        raise Refusal(
            "spans_invalid",
            _("A file of spans has at most %(most)d MiB.") % {"most": MOST_BYTES_OF_SPANS // 2**20},
            hint=_("Trace less of what goes in and comes out."),
        )
    try:
        with open_blob(blob.digest) as source:
            return read_document(source.read())
    except SpanInvalid as error:
        raise Refusal("spans_invalid", str(error)) from error
