"""Whether this machine can hold what a deployment asks for: said before anything is made."""

from __future__ import annotations

import os

import psutil
from django.utils.translation import gettext as _

from mlops.formats.deployment import DeploymentSettings
from mlops.formats.refusal import Refusal, Where


def check_machine(wanted: DeploymentSettings) -> None:
    """Raises Refusal `gpus_not_limited`, `machine_too_small` or `image_not_used`."""
    if wanted.gpus:
        raise Refusal(
            "gpus_not_limited",
            _("A process cannot be given a number of GPUs."),
            hint=_("Choose the execution provider cuda, or the target docker."),
            where=Where(parameter="gpus"),
        )
    if wanted.image:
        raise Refusal(
            "image_not_used",
            _("A process runs without an image."),
            hint=_("Choose the target docker or kubernetes for an image of your own."),
            where=Where(parameter="image"),
        )
    _check_memory(wanted)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if wanted.cpus > cores:
        raise _too_small(
            _("This machine has %(cores)s processors, %(cpus)s are asked for.")
            % {"cores": cores, "cpus": f"{wanted.cpus:g}"},
            "cpus",
        )


def _check_memory(wanted: DeploymentSettings) -> None:
    total = psutil.virtual_memory().total
    instances = wanted.scale.least_instances if wanted.scale else wanted.instances
    if wanted.memory_bytes * instances > total:
        asked = f"{instances} × {_gigabytes(wanted.memory_bytes)}" if instances > 1 else _gigabytes(wanted.memory_bytes)
        name = "memory_bytes" if wanted.memory_bytes > total else "instances"
        raise _too_small(
            _("This machine has %(gigabytes)s of memory, %(asked)s are asked for.")
            % {"gigabytes": _gigabytes(total), "asked": asked},
            name,
        )


def _gigabytes(count: int) -> str:
    return f"{count / 1024**3:.3g} GB"


def _too_small(message: str, parameter: str) -> Refusal:
    hint = _("Ask for less, or choose the target docker on a larger machine, or kubernetes.")
    return Refusal("machine_too_small", message, hint=hint, where=Where(parameter=parameter))
