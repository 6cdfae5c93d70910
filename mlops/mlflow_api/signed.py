"""Addresses that carry their own permission for a while: clients send parts and files to them and read files there,
without the header `Authorization`. The person who asked for one must still have the right when it is used."""

from __future__ import annotations

import time
from typing import TypeVar
from uuid import UUID

import msgspec
from django.core import signing
from django.http import HttpRequest

from mlops.access.models import Project
from mlops.mlflow_api.faults import Fault

PARTS, FILES, PLACES = "mlflow-parts", "mlflow-files", "mlflow-places"
LONGEST = 7 * 24 * 3600
SECONDS = {PARTS: 6 * 3600, FILES: LONGEST, PLACES: LONGEST}
"""Files and places say themselves until when, within this."""

Signed = TypeVar("Signed", "File", "Place")


class Part(msgspec.Struct, frozen=True, array_like=True):
    parted: UUID
    number: int


class File(msgspec.Struct, frozen=True, array_like=True):
    digest: str
    size_bytes: int
    name: str
    person: int
    project: UUID
    until: int
    """Unix time."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where one file may be sent to, as the proxy names it."""

    path: str
    person: int
    until: int


def sign(what: Part | File | Place) -> str:
    salt = {Part: PARTS, File: FILES, Place: PLACES}[type(what)]
    return signing.dumps(msgspec.to_builtins(what), salt=salt)


def part_of(signed: str) -> Part:
    return msgspec.convert(_read(signed, PARTS), Part)


def file_of(signed: str) -> File:
    return _still(msgspec.convert(_read(signed, FILES), File))


def place_of(signed: str) -> Place:
    return _still(msgspec.convert(_read(signed, PLACES), Place))


def until(seconds: int) -> int:
    return int(time.time()) + seconds


def address(request: HttpRequest, path: str) -> str:
    """As the client reached this server."""
    return request.build_absolute_uri(path)


def project_of_file(file: File) -> Project | None:
    return Project.objects.filter(pk=file.project).first()


def _read(signed: str, salt: str) -> object:
    try:
        return signing.loads(signed, salt=salt, max_age=SECONDS[salt])
    except signing.SignatureExpired:
        raise _over() from None
    except signing.BadSignature:
        raise Fault("PERMISSION_DENIED", "This address was not given out by this server.") from None


def _still(found: Signed) -> Signed:
    if found.until < time.time():
        raise _over()
    return found


def _over() -> Fault:
    return Fault("PERMISSION_DENIED", "This address was good for a while, and that is over.")
