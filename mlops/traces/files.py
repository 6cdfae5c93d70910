"""Files of a trace. Those in which clients send its spans are read, and kept as they came.

Clients of 3.x send spans one by one and, where they do not know yet that those arrived, as a file too, which says less
of each: it adds what is missing, and takes nothing's place."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Blob
from mlops.blobs.trees import open_blob
from mlops.formats import spans as forms
from mlops.formats.refusal import Refusal
from mlops.formats.spans import SpanInvalid, read_document
from mlops.runs.logging import artifact_path
from mlops.traces.models import Span, Trace, TraceFile
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
        known = set()
        if Trace.objects.select_for_update(no_key=True).get(pk=trace.pk).has_spans:
            known = set(Span.objects.filter(trace=trace).values_list("key", flat=True))
        keep_spans(trace, [one for one in spans if one.key not in known])


def _spans(blob: Blob) -> list[forms.Span]:
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
