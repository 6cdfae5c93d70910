"""Builds that are asked for before anything runs in them: at registration, by hand, and resolved anew."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.environments.actions import next_edition
from mlops.environments.models import Environment, EnvironmentState, EnvironmentVersion
from mlops.environments.queries import lock_of, requirements_of
from mlops.environments.store import folder_of, is_ready
from mlops.events.chain import record
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import key_of
from mlops.formats.refusal import Refusal
from mlops.work.calls import later

BUILD = "environments.build"
CHECK = "environments.check"


def in_a_process(requirements: Requirements) -> Requirements:
    """The part of it that a virtual environment holds."""
    return msgspec.structs.replace(requirements, image="", build="", dockerfile="")


def with_tables(requirements: Requirements) -> Requirements:
    """With what reads and writes tables beside its packages."""
    names = {re.split(r"[\s<>=!~\[;@]", line)[0].lower() for line in requirements.packages}
    more = tuple(name for name in ("pandas", "pyarrow") if name not in names)
    return msgspec.structs.replace(requirements, packages=requirements.packages + more)


def build(actor: Any, version: EnvironmentVersion, *, upgrade: bool = False) -> EnvironmentVersion:
    """Has a worker build it, if it is not there. `upgrade`: the newest packages that fit, as a new version; what uses
    the old one keeps its packages. Raises Refusal `environment_without_packages`."""
    require(actor, "environments.change", version.asset.project)
    if not in_a_process(requirements_of(version)).is_own:
        raise Refusal(
            "environment_without_packages",
            _("“%(name)s” has no packages of its own: there is nothing to build.") % {"name": version},
            hint=_("An image is pulled or built by the engine that runs it."),
            status=409,
        )
    with transaction.atomic():
        if upgrade:
            version = next_edition(actor, version)
        order(requirements_of(version))
        record(
            actor,
            "mlops.environment.build_asked",
            subject=f"environments/{version}",
            project=version.asset.project,
            data={"key": version.key, "upgrade": upgrade},
            notice=("environment", str(version.asset_id)),
        )
    return version


def ask_check(actor: Any, version: EnvironmentVersion) -> None:
    """Has a worker ask for known vulnerabilities of what was locked."""
    require(actor, "read", version.asset.project)
    if not lock_of(version):
        raise Refusal(
            "environment_unlocked",
            _("“%(name)s” has not been built: its packages are not known yet.") % {"name": version},
            hint=_("Have it built first."),
            status=409,
        )
    with transaction.atomic():
        later(CHECK, version.key)


def order(requirements: Requirements) -> None:
    """Wakes a worker up for it. One that is there, or being built, is left alone."""
    needed = in_a_process(requirements)
    if not needed.is_own or is_ready(needed):
        return
    key = key_of(needed)
    now = timezone.now()
    values = {
        "requirements": msgspec.to_builtins(needed),
        "state": EnvironmentState.WAITING,
        "reason": _("It waits for a worker."),
        "state_since": now,
    }
    row, is_new = Environment.objects.get_or_create(key=key, defaults=values)
    if not is_new:
        Environment.objects.filter(key=key).exclude(state=EnvironmentState.BUILDING).update(**values)
    folder_of(needed).with_suffix(".log").unlink(missing_ok=True)
    later(BUILD, row.key)
