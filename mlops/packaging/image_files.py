"""Files of an image that is ready: the archive for any engine, the context for another builder, the materials."""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from mlops.blobs.flowing import flowing
from mlops.formats.refusal import Refusal
from mlops.packaging.image_tasks import layer_store
from mlops.packaging.images import archives, building, context, sbom
from mlops.packaging.images.building import BuiltImage
from mlops.packaging.models import Image


def built_image(image: Image) -> BuiltImage:
    """Raises Refusal: image_not_ready, image_gone."""
    if not image.key:
        raise Refusal(
            "image_not_ready",
            _("The image of %(version)s is %(state)s: %(reason)s")
            % {"version": image.version, "state": image.get_state_display().lower(), "reason": image.reason},
            hint=image.hint or _("Wait until it is ready."),
            status=409,
        )
    built = building.known(image.key, layer_store())
    if built is None:
        raise context.gone(image.reference)
    return built


def archive_answer(request: Any, image: Image) -> StreamingHttpResponse:
    """A tar that is an OCI layout and a Docker archive: `docker load`, `podman load`, `skopeo copy oci-archive:`."""
    parts = archives.members(built_image(image), layer_store())
    answer = _streamed(request, archives.stream(parts), f"{_name(image)}.tar", "application/x-tar")
    answer.headers["Content-Length"] = str(archives.size_of(parts))
    return answer


def context_answer(request: Any, image: Image) -> StreamingHttpResponse:
    """A gzipped tar; the folder that it needs meanwhile goes with the last byte."""
    built = built_image(image)

    def pieces() -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="mlops-context-") as folder:
            yield from archives.stream_zipped(context.context(built, layer_store(), Path(folder)))

    return _streamed(request, pieces(), f"{_name(image)}-context.tar.gz", "application/gzip")


def materials(image: Image) -> dict[str, Any]:
    """CycloneDX 1.6, as it lies in the image."""
    built = built_image(image)
    with tarfile.open(layer_store().path(built.layers[-1].digest)) as tar:
        file = tar.extractfile(sbom.PLACE)
        assert file is not None
        told: dict[str, Any] = json.load(file)
    return told


def _name(image: Image) -> str:
    return f"{image.version.model.name}-{image.version.number}"


def _streamed(request: Any, pieces: Iterator[bytes], name: str, kind: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(flowing(request, pieces), content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
