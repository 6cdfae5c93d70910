"""What becomes of an environment that is an image or a Dockerfile, told before the step runs.

Asked of the engine or the cluster of this process, which is that of the worker wherever both run on one machine; the
answer is remembered for ten seconds, so that nobody waits for it twice."""

from __future__ import annotations

import threading
import time

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.clusters.kubernetes.client import Client
from mlops.execution.containers import PLAIN
from mlops.execution.engine import connected
from mlops.execution.executors.kubernetes.places import place
from mlops.execution.library import is_for_cluster
from mlops.formats.azureml.environment_writing import NEUTRAL_IMAGE
from mlops.formats.definition import Command, Definition, Requirements, Sweep
from mlops.formats.refusal import Refusal

KEPT_SECONDS = 10.0
_known: list[tuple[float, str]] = []
_lock = threading.Lock()


def foretold(definition: Definition, *, step: str) -> str:
    """Empty where the step runs as its file says, as far as that can be told."""
    how = definition.how.trial if isinstance(definition.how, Sweep) else definition.how
    needed = getattr(how, "requirements", Requirements())
    if not needed.is_image or needed.image == NEUTRAL_IMAGE:
        return ""
    if is_for_cluster(msgspec.structs.replace(definition, how=how)):
        return _in_cluster(step)
    if not isinstance(how, Command):
        why = _("only commands run in containers")
    elif settings.STEP_CONTAINERS == "kubernetes":
        why = _("a cluster builds no images")
    else:
        why = trouble()
    if not why:
        return ""
    told = {"step": step, "image": needed.image or _("its Dockerfile"), "why": why.strip().rstrip(".")}
    if needed.image and PLAIN.fullmatch(needed.image):
        said = _(
            "“%(step)s”: the image %(image)s is not used (%(why)s): a process runs it, with the packages it names."
        )
        return said % told
    if settings.STEP_CONTAINERS == "kubernetes":
        return _("“%(step)s”: its environment is %(image)s, and it will fail: %(why)s.") % told
    return (
        _(
            "“%(step)s”: its environment is %(image)s, which cannot be had here (%(why)s): it will fail, unless its "
            "worker has a Docker engine (DOCKER_HOST) by then. Or name the packages in a conda file."
        )
        % told
    )


def _in_cluster(step: str) -> str:
    why = trouble().strip().rstrip(".")
    said = _("“%(step)s” is to run in a cluster, which cannot be used now: %(why)s.")
    return said % {"step": step, "why": why} if why else ""


def trouble() -> str:
    """Why no container can be run; empty where an engine, or the cluster of steps, answers."""
    if settings.STEP_CONTAINERS == "never":
        return str(_("MLOPS_STEP_CONTAINERS is never"))
    now = time.monotonic()
    with _lock:
        if _known and now - _known[-1][0] < KEPT_SECONDS:
            return _known[-1][1]
    why = ""
    try:
        _ask()
    except Refusal as refusal:
        if refusal.code != "not_in_cluster":  # a web process has no account there: its workers have
            why = refusal.message
    with _lock:
        _known[:] = [(now, why)]
    return why


def _ask() -> None:
    """Raises Refusal."""
    if settings.STEP_CONTAINERS == "kubernetes":
        with Client(place().access) as client:
            client.version()
        return
    with connected():
        pass
