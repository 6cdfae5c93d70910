"""Whether a step runs in a container, and of which image: pulled, or built from a Dockerfile or from an image and
packages; a cluster pulls by itself. Where no engine is, Azure's plain base images are done without, and others are
refused."""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of, open_blob
from mlops.execution.engine import connected
from mlops.execution.library import is_for_cluster
from mlops.formats.azureml.environment_writing import NEUTRAL_IMAGE
from mlops.formats.definition import Command, Requirements
from mlops.formats.environment_key import key_of
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepOrder

PLAIN = re.compile(
    r"mcr\.microsoft\.com/(azureml/(openmpi|base|intelmpi|minimal|curated|inference|mlflow)|mirror/docker/library/).*"
    r"|(docker\.io/)?(library/)?(python|ubuntu|debian|continuumio/(miniconda3|anaconda3)|condaforge/\S+)(:.*)?"
)
"""Images that bring a system and a Python, and nothing that a step's packages do not say."""
Say = Callable[[str], None]
BUILD_SECONDS = 1_800


def image_for(order: StepOrder, say: Say) -> str:
    """The image to run in, which is there; empty: it runs as a process. Raises Refusal `environment_needs_engine`,
    `image_unavailable`."""
    how = order.definition.how if order.definition else None
    needed = getattr(how, "requirements", Requirements())
    if not needed.is_image or needed.image == NEUTRAL_IMAGE:
        return ""
    if not isinstance(how, Command):
        return _without(needed, _("Only commands run in containers."), say)
    if settings.STEP_CONTAINERS == "never":
        return _without(needed, _("MLOPS_STEP_CONTAINERS is never."), say)
    if settings.STEP_CONTAINERS == "kubernetes":
        return needed.image if is_for_cluster(order.definition) else _unbuilt(needed, say)
    try:
        with connected() as client:
            return _ready(client, needed, say)
    except Refusal as refusal:
        return _without(needed, refusal.message, say)
    except Exception as error:  # of the engine, or of a registry
        return _without(needed, _told(error), say)


def _told(error: Exception) -> str:
    """In the engine's own words, without the address of the call."""
    return str(getattr(error, "explanation", "") or error).strip()


def _without(needed: Requirements, why: str, say: Say) -> str:
    if needed.image and PLAIN.fullmatch(needed.image):
        say(
            _("The image %(image)s is not used (%(why)s): the step runs as a process, with the packages it names.")
            % {"image": needed.image, "why": why.strip().rstrip(".")[:300]}
        )
        return ""
    what = needed.image or _("its Dockerfile")
    raise Refusal(
        "environment_needs_engine",
        _("The environment is %(what)s, and it cannot be had: %(why)s") % {"what": what, "why": why},
        hint=_(
            "Set up a Docker engine for the worker (DOCKER_HOST) that has or can pull it, or name the packages in a "
            "conda file instead."
        ),
        status=409,
    )


def _unbuilt(needed: Requirements, say: Say) -> str:
    """Steps run in a cluster, which pulls images and builds none."""
    try:
        return _without(needed, _("a cluster builds no images"), say)
    except Refusal as refusal:
        hint = _("Build the image, push it to a registry that the cluster pulls from, and name it alone.")
        raise Refusal(refusal.code, refusal.message, hint=hint, status=refusal.status) from None


def _ready(client: Any, needed: Requirements, say: Say) -> str:
    tag = f"mlops-environment:{key_of(needed)[:24]}"
    if needed.build or needed.packages:
        if _has(client, tag):
            return tag
        if needed.image and not _has(client, needed.image):
            _pull(client, needed.image, say)
        say(_("Building the image %(tag)s.") % {"tag": tag})
        dockerfile = needed.dockerfile or "Dockerfile"
        _build(client, tag, _context(needed), dockerfile if needed.build else "Dockerfile", say)
        return tag
    if not _has(client, needed.image):
        _pull(client, needed.image, say)
    return needed.image


def _has(client: Any, name: str) -> bool:
    from docker.errors import NotFound

    try:
        client.api.inspect_image(name)
    except NotFound:
        return False
    return True


def _pull(client: Any, name: str, say: Say) -> None:
    say(_("Pulling %(name)s.") % {"name": name})
    repository, _colon, tag = name.rpartition(":")
    if not repository or "/" in tag:
        repository, tag = name, "latest"
    client.images.pull(repository, tag=tag)


def _build(client: Any, tag: str, context: io.BytesIO, dockerfile: str, say: Say) -> None:
    lines = client.api.build(
        fileobj=context, custom_context=True, tag=tag, dockerfile=dockerfile, rm=True, forcerm=True, decode=True,
        labels={"mlops.environment": tag.partition(":")[2]}, timeout=BUILD_SECONDS,
    )  # fmt: skip
    for line in lines:
        if "errorDetail" in line:
            raise RuntimeError(line["errorDetail"].get("message", "the build failed"))
        if text := line.get("stream", "").strip():
            say(text)


def _context(needed: Requirements) -> io.BytesIO:
    """The files of the Dockerfile's folder; or a Dockerfile that installs the packages into the image."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        if needed.build:
            for file in manifest_of(needed.build).files:
                with open_blob(file.digest) as source:
                    _add(tar, file.path, source.read())
        else:
            lines = [*needed.options, *needed.packages]
            _add(tar, "requirements.txt", "".join(f"{line}\n" for line in lines).encode())
            _add(tar, "constraints.txt", "".join(f"{line}\n" for line in needed.constraints).encode())
            text = (
                f"FROM {needed.image}\nCOPY requirements.txt constraints.txt /tmp/environment/\n"
                "RUN python3 -m pip install --no-cache-dir -c /tmp/environment/constraints.txt "
                "-r /tmp/environment/requirements.txt\n"
            )
            _add(tar, "Dockerfile", text.encode())
    target.seek(0)
    return target


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o644
    tar.addfile(info, io.BytesIO(content))
