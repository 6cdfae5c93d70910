"""What of a deployment's calls is kept, and for how long: data collection, which is off until somebody wants it."""

from __future__ import annotations

from typing import Literal

import msgspec

Redaction = Literal["drop", "mask", "hash"]
"""drop: the column is not kept; mask: that it had a value is kept; hash: equal values stay equal, keyed by a secret of
the deployment."""

REQUEST_ID = "request_id"
CORRELATION_ID = "correlation_id"
ROW = "row"
AT = "at"
INPUT, PREDICTION, LABEL = "inputs.", "predictions.", "labels."
"""A collected row has `request_id`, `correlation_id`, `row` (its place in the request, from 0), `at` (UTC), and
columns with these prefixes."""


class CollectionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one deployment."""

    is_enabled: bool = False
    inputs: bool = True
    predictions: bool = True
    share: float = 1.0
    """Of the requests, 0-1, chosen by request id: the same requests at every server."""
    redact: dict[str, Redaction] = {}
    """By column, of inputs and predictions alike."""
    retention_days: float | None = 90.0
    """None: for ever."""
    consent: Literal["given", "asked"] = "given"
    """given: callers have agreed, and one may still say no by the header `x-mlops-collect: no`; asked: only requests
    that say `x-mlops-collect: yes` are kept."""
    left_out: tuple[str, ...] = ()
    """Designations of a script's own collectors that are not kept."""
    most_spool_bytes: int = 1024**3
    """Of what waits on a server's disk to be taken: beyond it rows are counted and not kept."""


class Collecting(msgspec.Struct, frozen=True, kw_only=True):
    """What a scoring server is told of it."""

    settings: CollectionSettings
    folder: str
    """Of its spool: survives the server."""
    secret: str = ""
    """What hashes are keyed with: the deployment's own, so that equal values stay equal over its revisions."""
    key_digest: str = ""
    """SHA-256 (hexadecimal) of the key that segments are fetched with; empty: nobody may fetch them over HTTP."""


CONSENT_HEADER = "x-mlops-collect"
COLLECTED_HEADER = "x-mlops-collected"
"""In the answer to a request that was to be kept: 1 where it is kept, 0 where it could not be."""
CORRELATION_HEADER = "x-mlops-correlation-id"
CALL_HEADER = "x-mlops-call"
"""From the router: one name for all attempts at one request."""
SPOOL_VARIABLE = "MLOPS_SPOOL_FOLDER"
"""Environment variable: the spool's folder, where whoever starts the server knows better than who deployed it."""
SPOOL_KEY_HEADER = "x-mlops-spool-key"
