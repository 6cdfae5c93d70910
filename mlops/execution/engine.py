"""The Docker engine of a worker, as DOCKER_HOST or the system's socket names it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

CONNECT_SECONDS = 3
WORK_SECONDS = 1_800


@contextmanager
def connected() -> Iterator[Any]:
    """The library's client. Raises Refusal `engine_unreachable`."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=CONNECT_SECONDS)
        client.ping()
    except (DockerException, OSError, ValueError) as error:
        place = os.environ.get("DOCKER_HOST", "") or "the system's socket"
        raise Refusal(
            "engine_unreachable",
            _("No Docker engine answers at %(place)s.") % {"place": place},
            hint=_("Start one, or set DOCKER_HOST for the worker."),
            status=503,
        ) from error
    client.api.timeout = WORK_SECONDS
    try:
        yield client
    finally:
        client.close()
