"""Environments and their versions as assets of the recycle bin. What was built stays until it is pruned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mlops.bin import assets
from mlops.bin.uses import Use
from mlops.environments.models import EnvironmentAsset, EnvironmentVersion
from mlops.environments.names import checked_name
from mlops.environments.usage import uses_of

PAST = ("run",)
"""Kinds of use that go on without it: a run keeps what it asked for."""


def register() -> None:
    assets.register(
        assets.Asset(
            noun="environment",
            title=_("Environment"),
            version_title=_("Environment version"),
            whole=EnvironmentAsset,
            version=EnvironmentVersion,
            parent="asset",
            trees=("context",),
            deleted_event="mlops.environment.deleted",
            version_deleted_event="mlops.environment.deleted",
            checked_name=checked_name,
            users=users,
            facts=_facts,
            last_takes_whole=True,
        )
    )


def users(versions: Sequence[EnvironmentVersion]) -> Iterable[Use]:
    found = [use for version in versions for use in uses_of(version) if use.kind not in PAST]
    return list(dict.fromkeys(Use(title=f"{use.kind} “{use.name}”", url=use.url) for use in found))


def _facts(version: EnvironmentVersion) -> dict[str, Any]:
    return {"kind": version.kind, "digest": version.digest, "key": version.key}
