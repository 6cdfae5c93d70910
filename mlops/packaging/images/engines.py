"""A Docker engine: found, asked what it has, and given images. Only layers that it does not have are sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext
from mlops.packaging.images import archives, engine_problems
from mlops.packaging.images.building import BuiltImage
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.store import LayerStore

CONNECT_SECONDS = 3
WORK_SECONDS = 900
LOOKED_AT = 40


class Engine:
    """`client` is the library's, for what is not here."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address = client, address

    def close(self) -> None:
        self.client.close()

    def has(self, built: BuiltImage) -> bool:
        """Under its reference, with the same layers and settings."""
        found = self.inspect(built.reference)
        return (
            found is not None
            and _layers(found) == [layer.diff_id for layer in built.layers]
            and _key(found) == built.key
        )

    def inspect(self, reference: str) -> dict[str, Any] | None:
        from docker.errors import DockerException, NotFound

        try:
            told: dict[str, Any] = self.client.api.inspect_image(reference)
        except NotFound:
            return None
        except DockerException as error:
            raise engine_problems.act_failed(str(error), gettext("look for the image")) from error
        return told

    def load(self, built: BuiltImage, *, store: LayerStore, progress: Progress) -> str:
        """Has the image in the engine; the result is what to run it by. Raises Refusal, Stopped."""
        if self.has(built):
            return built.reference
        there = self._first_layers(built)
        if there:
            progress.say(f"The engine has {there} of {len(built.layers)} layers.")
            try:
                self._load(built, store, progress, without=frozenset(one.digest for one in built.layers[:there]))
                if self.has(built):
                    return built.reference
            except Refusal as refusal:
                if refusal.code == "engine_disk_full":
                    raise
                progress.say("It wants all of them.")
        self._load(built, store, progress)
        if not self.has(built):
            raise engine_problems.act_failed(
                gettext("the image is not there after it was loaded"), gettext("load the image")
            )
        return built.reference

    def name(self, reference: str, other: str) -> None:
        """Gives an image of the engine one name more."""
        from docker.errors import DockerException

        repository, _, tag = other.rpartition(":")
        try:
            self.client.api.tag(reference, repository or tag, tag if repository else "latest", force=True)
        except DockerException as error:
            raise engine_problems.act_failed(str(error), gettext("name the image")) from error

    def save(self, reference: str, file: Path, *, progress: Progress) -> None:
        """The image as an archive."""
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        try:
            with file.open("wb") as out:
                for chunk in self.client.api.get_image(reference):
                    progress.check()
                    out.write(chunk)
        except (DockerException, RequestException) as error:
            raise engine_problems.act_failed(str(error), gettext("give the image")) from error

    def remove(self, reference: str) -> None:
        """What containers use stays; the engine says so."""
        from docker.errors import DockerException, NotFound

        try:
            self.client.api.remove_image(reference)
        except NotFound:
            return
        except DockerException as error:
            raise engine_problems.act_failed(str(error), gettext("remove the image")) from error

    def _load(
        self, built: BuiltImage, store: LayerStore, progress: Progress, *, without: frozenset[str] = frozenset()
    ) -> None:
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        parts = archives.members(built, store, without=without)
        progress.say(f"Sending {archives.size_of(parts) / 1e6:.1f} MB to the engine.")
        try:
            for event in self.client.api.load_image(_watched(archives.stream(parts), progress)):
                if "error" in event or "errorDetail" in event:
                    raise engine_problems.act_failed(
                        str(event.get("error") or event["errorDetail"]), gettext("load the image")
                    )
        except (DockerException, RequestException) as error:
            raise engine_problems.act_failed(str(error), gettext("load the image")) from error

    def _first_layers(self, built: BuiltImage) -> int:
        """How many layers, from the first on, some image of the engine has in common with this one."""
        wanted = [layer.diff_id for layer in built.layers]
        most = 0
        for summary in self.client.api.images(filters={"label": f"mlops.base={built.base_key}"})[:LOOKED_AT]:
            found = self.inspect(summary["Id"])
            most = max(most, _common(wanted, _layers(found) if found else []))
            if most >= len(wanted) - 1:
                break
        return most


def connect(address: str = "") -> Engine:
    """Without an address: DOCKER_HOST, else the system's socket. Raises Refusal that says why none answers."""
    import docker
    from docker.errors import DockerException

    named = address or os.environ.get("DOCKER_HOST", "")
    try:
        if address:
            client = docker.DockerClient(base_url=address, timeout=CONNECT_SECONDS)
        else:
            client = docker.from_env(timeout=CONNECT_SECONDS)
        client.ping()
    except (DockerException, OSError, ValueError) as error:
        raise engine_problems.cannot_connect(error, named) from error
    client.api.timeout = WORK_SECONDS
    return Engine(client, named)


def _watched(chunks: Iterator[bytes], progress: Progress) -> Iterator[bytes]:
    for chunk in chunks:
        progress.check()
        yield chunk


def _layers(inspected: dict[str, Any]) -> list[str]:
    return list(inspected.get("RootFS", {}).get("Layers") or [])


def _key(inspected: dict[str, Any]) -> str:
    return str((inspected.get("Config", {}).get("Labels") or {}).get("mlops.key", ""))


def _common(a: list[str], b: list[str]) -> int:
    count = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        count += 1
    return count
