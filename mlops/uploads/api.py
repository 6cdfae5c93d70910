"""REST: the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload) with creation, expiration, termination and
checksum; and lists of one's own uploads as JSON."""

from __future__ import annotations

import base64
import binascii
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.utils.http import http_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.problems import CONTENT_TYPE
from mlops.formats.refusal import Refusal
from mlops.uploads import actions
from mlops.uploads.models import SentFile

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
ALGORITHMS = ("sha256", "sha1", "md5")
LARGEST = 2**62


class PieceParser(BaseParser):
    """The body is read as it comes, by the view."""

    media_type = PIECE_TYPE

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


REFUSED = {(status, CONTENT_TYPE): OpenApiTypes.OBJECT for status in (412, 423, 460)}
"""Another version of the protocol; somebody else is writing to it; the piece is not as its checksum says."""


class Tus(APIView):
    """Every answer names the protocol; a client that speaks another version is refused."""

    parser_classes = [PieceParser, *APIView.parser_classes]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        answer["Cache-Control"] = "no-store"
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(
            status=204,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": "creation,expiration,termination,checksum",
                "Tus-Max-Size": str(settings.UPLOAD_MOST_BYTES),
                "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            },
        )


class UploadsView(Tus):
    @extend_schema(parameters=[OpenApiParameter("project", str)], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Your own uploads that nothing was made of yet, newest first."""
        found = SentFile.objects.filter(created_by=request.user.pk).select_related("project").order_by("-created_at")
        if slug := request.query_params.get("project", ""):
            found = found.filter(project=project_named(request.user, slug))
        return Response({"results": [upload_view(one) for one in found[:500]]})

    @extend_schema(
        request=None,
        parameters=[
            OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter(
                "Upload-Metadata",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="`project` and `filename`, perhaps `sha256`; values in base64, parted by commas",
            ),
        ],
        responses={201: OpenApiTypes.OBJECT, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Begins an upload; its address is in `Location`."""
        _require_version(request)
        told = metadata(request.headers.get("Upload-Metadata", ""))
        project = project_named(request.user, told.get("project", ""))
        size = _number(request.headers.get("Upload-Length", ""), "Upload-Length")
        name, sha256 = told.get("filename") or told.get("name", ""), told.get("sha256", "")
        made = actions.begin(request.user, project, name=name, size_bytes=size, sha256=sha256)
        headers = {"Location": f"/api/v1/sent-files/{made.pk}/", **_expires(made)}
        return Response(upload_view(made), status=201, headers=headers)


class OneUploadView(Tus):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, sent_id: UUID) -> Response:
        """`state`: receiving, reading (it is whole), ready, or damaged with the `problem`."""
        return Response(upload_view(actions.own(request.user, sent_id)))

    @extend_schema(responses={200: None})
    def head(self, request: Request, sent_id: UUID) -> Response:
        """How far it is: `Upload-Offset`."""
        upload = actions.own(request.user, sent_id)
        sizes = {"Upload-Offset": str(actions.offset_of(upload)), "Upload-Length": str(upload.size_bytes)}
        return Response(headers={**sizes, **_expires(upload)})

    @extend_schema(
        request={PIECE_TYPE: OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
            OpenApiParameter(
                "Upload-Checksum", str, OpenApiParameter.HEADER, description="`sha256 ` and the digest in base64"
            ),
        ],
        responses={204: None, **REFUSED},
    )
    def patch(self, request: Request, sent_id: UUID) -> Response:
        """Appends the body. 409: the offset is another; 460: it arrived damaged; 423: another request is at it."""
        _require_version(request)
        upload = actions.own(request.user, sent_id)
        if request.content_type != PIECE_TYPE:
            message = _("A piece is sent as %s.") % PIECE_TYPE
            raise Refusal("content_type_wrong", message, status=415)
        offset = actions.add(
            request.user,
            upload,
            cast(BinaryIO, request._request),
            offset=_number(request.headers.get("Upload-Offset", ""), "Upload-Offset"),
            checksum=_checksum(request.headers.get("Upload-Checksum", "")),
        )
        return Response(status=204, headers={"Upload-Offset": str(offset), **_expires(upload)})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sent_id: UUID) -> Response:
        actions.remove(actions.own(request.user, sent_id))
        return Response(status=204)


def upload_view(upload: SentFile) -> dict[str, Any]:
    offset = actions.offset_of(upload)
    state = "receiving" if offset < upload.size_bytes else "reading"
    state = "damaged" if upload.problem else "ready" if upload.blob_id else state
    return {
        "id": upload.pk,
        "project": upload.project.slug,
        "name": upload.name,
        "size_bytes": upload.size_bytes,
        "offset": offset,
        "state": state,
        "problem": upload.problem,
        "sha256": upload.blob_id or upload.sha256,
        "created_at": upload.created_at,
        "expires_at": upload.touched_at + actions.keep_for(),
    }


def metadata(header: str) -> dict[str, str]:
    """`filename d29ybGQ=,project Y2h1cm4=`: keys, and values in base64. Raises Refusal `metadata_invalid`."""
    told = {}
    for pair in filter(None, (one.strip() for one in header.split(","))):
        key, _space, value = pair.partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            message = _("The value of “%s” in Upload-Metadata is no text in base64.") % key[:60]
            raise Refusal("metadata_invalid", message) from error
    return told


def _expires(upload: SentFile) -> dict[str, str]:
    return {"Upload-Expires": http_date((upload.touched_at + actions.keep_for()).timestamp())}


def _require_version(request: Request) -> None:
    given = request.headers.get("Tus-Resumable", "")
    if given != VERSION:
        message = _("This server speaks tus %(ours)s, not “%(given)s”.") % {"ours": VERSION, "given": given[:20]}
        raise Refusal("tus_version", message, hint=_("Send the header Tus-Resumable: %s.") % VERSION, status=412)


def _number(text: str, header: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or int(text) > LARGEST:
        message = _("The header %(header)s is a whole number, not “%(given)s”.")
        raise Refusal("header_invalid", message % {"header": header, "given": text[:40]})
    return int(text)


def _checksum(header: str) -> tuple[str, bytes] | None:
    if not header:
        return None
    algorithm, _space, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if algorithm not in ALGORITHMS or not digest:
        message = _("The header Upload-Checksum cannot be read.")
        raise Refusal("checksum_invalid", message, hint=_("Such as: sha256 BASE64. Known: %s.") % ", ".join(ALGORITHMS))
    return algorithm, digest
