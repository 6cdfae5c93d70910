"""Removes built environments that nothing uses: their folders go, their locks stay, so that each can be built again
with the same packages."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.environments.models import Environment, EnvironmentState, EnvironmentVersion
from mlops.environments.store import folder_by, root
from mlops.environments.usage import keys_in_use
from mlops.events.chain import record
from mlops.formats.refusal import Refusal


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    size_bytes: int
    used_at: str
    names: tuple[str, ...]


def prune(actor: Any, *, older_than: timedelta, dry_run: bool = False) -> tuple[Pruned, ...]:
    """Those that nothing has run in for so long, but for what components, unfinished runs and deployments need, and
    the newest version of each environment. Only administrators, and the clock (no actor), may."""
    if actor is not None and not actor.is_superuser:
        raise Refusal("not_allowed", _("Only administrators remove built environments."), status=403)
    kept = keys_in_use() | _newest()
    before = timezone.now() - older_than
    rows = Environment.objects.filter(state=EnvironmentState.READY).exclude(key__in=kept)
    running = _running()
    old = [row for row in rows if (row.used_at or row.state_since) < before and str(folder_by(row.key)) not in running]
    found = tuple(_told(old))
    if dry_run or not found:
        return found
    removed = tuple(one for one in found if _remove(one.key))
    with transaction.atomic():
        record(
            actor,
            "mlops.environment.pruned",
            subject="environments",
            data={"keys": [one.key for one in removed], "bytes": sum(one.size_bytes for one in removed)},
        )
    return removed


def prune_by_setting() -> None:
    """Without MLOPS_ENVIRONMENT_KEEP_DAYS nothing is removed by itself."""
    if settings.ENVIRONMENT_KEEP_DAYS:
        prune(None, older_than=timedelta(days=settings.ENVIRONMENT_KEEP_DAYS))


def _running() -> str:
    """The words with which every process of this machine was started: a server lives on in the environment of a model
    that no setting names."""
    import psutil

    said = []
    for process in psutil.process_iter(["cmdline", "exe"]):
        said += [*(process.info["cmdline"] or ()), process.info["exe"] or ""]
    return "\n".join(said)


def _newest() -> set[str]:
    newest = EnvironmentVersion.objects.filter(asset__archived_at=None).values("asset").annotate(top=Max("position"))
    tops = {(one["asset"], one["top"]) for one in newest}
    rows = EnvironmentVersion.objects.filter(asset__archived_at=None).values_list("asset", "position", "key")
    return {key for asset, position, key in rows if (asset, position) in tops}


def _told(rows: Iterable[Environment]) -> Iterable[Pruned]:
    for row in rows:
        names = EnvironmentVersion.objects.filter(key=row.key).select_related("asset")
        yield Pruned(
            key=row.key,
            size_bytes=int(row.built.get("size_bytes") or 0),
            used_at=(row.used_at or row.state_since).isoformat(),
            names=tuple(str(one) for one in names),
        )


def _remove(key: str) -> bool:
    """Whether it is gone: one that is being built or waited for stays. It is out of the way at once, because a build
    of the same holds the same lock."""
    folder = folder_by(key)
    root().mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".busy").open("w") as busy:
        try:
            fcntl.flock(busy, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        gone = folder.with_name(f"gone-{uuid4().hex}")
        if folder.exists():
            folder.rename(gone)
        Environment.objects.filter(key=key).update(
            state=EnvironmentState.REMOVED,
            reason=_("Nothing ran in it for long; its lock is kept, and it is built again when something needs it."),
            state_since=timezone.now(),
        )
    shutil.rmtree(gone, ignore_errors=True)
    return True
