"""The spool of a deployment on an engine: one named volume for all of its containers, which outlives them."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from mlops.deployments.collecting import IN_CONTAINER
from mlops.deployments.targets.docker.wanted import LABEL, Wanted

MOUNT, FOLDER = str(PurePosixPath(IN_CONTAINER).parent), PurePosixPath(IN_CONTAINER).name
READER = "mlops-spool-reader:1"
"""An empty image: a container of it never runs, but its volumes can be read."""
DEPLOYMENT = "mlops.deployment"


def volume_name(deployment: str) -> str:
    return f"mlops-spool-{deployment}"


def make_volume(client: Any, wanted: Wanted) -> str:
    """Its name; one that is there already is left as it is."""
    name = volume_name(wanted.deployment)
    client.api.create_volume(name, labels={LABEL: wanted.studio, DEPLOYMENT: wanted.deployment})
    return name


def open_to_all(client: Any, container: str) -> None:
    """Of a container that was made and not started: its server may write into the spool, whoever it runs as."""
    client.api.put_archive(container, MOUNT, _folder())


def volumes(client: Any, *, studio: str) -> dict[str, str]:
    """Deployment's id to the name of its volume: all of this studio's on the engine."""
    listed = client.api.volumes(filters={"label": f"{LABEL}={studio}"}).get("Volumes") or ()
    return {one["Labels"][DEPLOYMENT]: one["Name"] for one in listed if DEPLOYMENT in (one.get("Labels") or {})}


def has_volume(client: Any, name: str) -> bool:
    from docker.errors import NotFound

    try:
        client.api.inspect_volume(name)
    except NotFound:
        return False
    return True


def copy_files(client: Any, name: str, folder: Path) -> None:
    """Of a volume that no server writes to: its segments, into a folder of this machine. Streamed: it may be large."""
    _make_reader(client)
    binds = {name: {"bind": MOUNT, "mode": "rw"}}
    made = client.api.create_container(
        READER, command="x", labels={"mlops.spool-reader": name}, host_config=client.api.create_host_config(binds=binds)
    )
    try:
        client.api.put_archive(made["Id"], MOUNT, _folder())
        parts, _told = client.api.get_archive(made["Id"], f"{MOUNT}/{FOLDER}")
        _unpack(io.BufferedReader(_Parts(parts)), folder)
    finally:
        client.api.remove_container(made["Id"], force=True)


def _make_reader(client: Any) -> None:
    from docker.errors import ImageNotFound

    try:
        client.api.inspect_image(READER)
    except ImageNotFound:
        empty = io.BytesIO()
        with tarfile.open(fileobj=empty, mode="w"):
            pass
        repository, _colon, tag = READER.partition(":")
        client.api.import_image_from_data(empty.getvalue(), repository=repository, tag=tag)


def _folder() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        entry = tarfile.TarInfo(FOLDER)
        entry.type, entry.mode = tarfile.DIRTYPE, 0o777
        archive.addfile(entry)
    return content.getvalue()


def _unpack(stream: io.BufferedReader, folder: Path) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                with (folder / PurePosixPath(member.name).name).open("wb") as target:
                    shutil.copyfileobj(file, target)


class _Parts(io.RawIOBase):
    """Blocks of bytes as a stream."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._rest:
            self._rest = next(self._parts, b"")
        given, self._rest = self._rest[: len(target)], self._rest[len(target) :]
        target[: len(given)] = given
        return len(given)
