"""Spans by OpenTelemetry's protocol over HTTP (OTLP 1.x), as MLflow's clients from 3.4 on and other programs send them
to `/v1/traces`: in protobuf or JSON, plain or packed."""

from __future__ import annotations

import zlib

from django.http import HttpRequest, HttpResponse

from mlops.formats.spans import SpanInvalid, read_protocol, read_protocol_json
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import streams
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.finding import experiment_of
from mlops.mlflow_api.trace_finding import require_reachable, source_run
from mlops.traces.telling import tell_spans

EXPERIMENT_HEADER, RUN_HEADER = "X-MLFLOW-EXPERIMENT-ID", "X-MLFLOW-RUN-ID"
READERS = {"application/x-protobuf": read_protocol, "application/json": read_protocol_json}
MOST_BYTES, MOST_SPANS = 64 * 2**20, 10_000


@streams
def spans(caller: Caller, request: HttpRequest) -> HttpResponse:
    """All of them, or none."""
    reader = READERS.get(request.content_type or "")
    if reader is None:
        raise invalid(f"Invalid Content-Type: {request.content_type}. Expected: {' or '.join(READERS)}")
    wanted = request.headers.get(EXPERIMENT_HEADER, "")
    if not wanted and caller.run is None:
        raise invalid(f"The header {EXPERIMENT_HEADER} has to name the experiment of the traces.")
    experiment = experiment_of(caller, wanted, "traces.change")
    if experiment.deleted_at is not None:
        raise invalid(f"The experiment {wanted} must be in the 'active' state. Current state is deleted.")
    try:
        told = reader(_unpacked(request))
    except SpanInvalid as error:
        raise invalid(str(error)) from error
    if not told:
        raise invalid("Invalid OpenTelemetry format - no spans found")
    if len(told) > MOST_SPANS:
        raise invalid(f"At most {MOST_SPANS} spans can be sent at once. Got {len(told)}.")
    require_reachable(caller, experiment, {f"tr-{span.trace}" for span in told})
    run = source_run(caller, experiment, request.headers.get(RUN_HEADER))
    tell_spans(caller.person, experiment, told, run=run)
    is_json = request.content_type == "application/json"
    return HttpResponse(b"{}" if is_json else b"", content_type=request.content_type)


def _unpacked(request: HttpRequest) -> bytes:
    """Raises Fault where it is not packed as it says, or is far greater than it looks."""
    packing = request.headers.get("Content-Encoding", "").lower()
    if packing in ("", "identity"):
        return request.body
    if packing not in ("gzip", "deflate"):
        raise invalid(f"The Content-Encoding '{packing[:40]}' is not understood; there are gzip and deflate.")
    unpacker = zlib.decompressobj(wbits=31 if packing == "gzip" else 15)
    try:
        found = unpacker.decompress(request.body, MOST_BYTES)
    except zlib.error:
        raise invalid(f"The body is not packed by {packing}.") from None
    if unpacker.unconsumed_tail:
        raise invalid(f"The body has more than {MOST_BYTES // 2**20} MiB once it is unpacked.")
    return found
