"""Addresses that carry their own permission for a while: clients send parts to them and read files there, without the
header `Authorization`. The person who asked for one must still have the right when it is used."""

from __future__ import annotations

from uuid import UUID

import msgspec
from django.core import signing
from django.http import HttpRequest

from mlops.access.models import Project
from mlops.mlflow_api.faults import Fault

PARTS, FILES = "mlflow-parts", "mlflow-files"
SECONDS = {PARTS: 6 * 3600, FILES: 3600}


class Part(msgspec.Struct, frozen=True, array_like=True):
    parted: UUID
    number: int


class File(msgspec.Struct, frozen=True, array_like=True):
    digest: str
    size_bytes: int
    name: str
    person: int
    project: UUID


def sign(what: Part | File) -> str:
    salt = PARTS if isinstance(what, Part) else FILES
    return signing.dumps(msgspec.to_builtins(what), salt=salt)


def part_of(signed: str) -> Part:
    return msgspec.convert(_read(signed, PARTS), Part)


def file_of(signed: str) -> File:
    return msgspec.convert(_read(signed, FILES), File)


def address(request: HttpRequest, path: str) -> str:
    """As the client reached this server."""
    return request.build_absolute_uri(path)


def project_of_file(file: File) -> Project | None:
    return Project.objects.filter(pk=file.project).first()


def _read(signed: str, salt: str) -> object:
    try:
        return signing.loads(signed, salt=salt, max_age=SECONDS[salt])
    except signing.SignatureExpired:
        raise Fault("PERMISSION_DENIED", "This address was good for some hours, and they are over.") from None
    except signing.BadSignature:
        raise Fault("PERMISSION_DENIED", "This address was not given out by this server.") from None
