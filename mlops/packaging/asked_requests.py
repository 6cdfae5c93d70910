"""Recorded requests that somebody uploads, to be asked again: looked at before they are kept."""

from __future__ import annotations

from typing import BinaryIO

from django.utils.translation import gettext as _

from mlops.blobs.models import Blob
from mlops.blobs.trees import keep_stream
from mlops.formats.refusal import Refusal, Where
from mlops.packaging.profiling.bodies import MOST_REQUEST_BYTES, recorded


def kept_requests(requests: BinaryIO) -> tuple[Blob, str]:
    """With what they are, in words. Raises Refusal `requests_too_large`, or of the line that cannot be read."""
    content = requests.read(MOST_REQUEST_BYTES + 1)
    if len(content) > MOST_REQUEST_BYTES:
        raise Refusal(
            "requests_too_large",
            _("The recorded requests are larger than %(most)d MB.") % {"most": MOST_REQUEST_BYTES // 1024**2},
            hint=_("Some hundred different requests are enough."),
            status=413,
            where=Where(parameter="requests"),
        )
    found = recorded(content)
    requests.seek(0)
    return keep_stream(requests), found.source
