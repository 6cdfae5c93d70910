"""A file as an answer, piece by piece, kept by nobody on the way."""

from __future__ import annotations

from typing import BinaryIO

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from mlops.blobs.flowing import flowing
from mlops.blobs.trees import chunks


def sent(request: HttpRequest, file: BinaryIO, *, name: str, kind: str, size_bytes: int) -> StreamingHttpResponse:
    response = StreamingHttpResponse(flowing(request, chunks(file)), content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response.headers["Content-Length"] = str(size_bytes)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
