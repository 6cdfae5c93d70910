"""What lies outside: fetched for a version or a job, and held against what was seen when it was registered."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.datasets import errors
from mlops.datasets.models import AssetType, DatasetVersion, VersionState
from mlops.datastores import addresses, bucket_addresses, fetching, queries
from mlops.datastores.reading.order import Seen
from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.quotas.storage import keep_within_quota

JOB_SECONDS = 110.0
"""For what a job names by its address: its submission waits for it."""
MOST_MARKS = 2_000
"""Files whose marks are remembered one by one; of more, only their number and size."""
WEB = ("http://", "https://")


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: `unchanged`, `changed`, `gone`, `unreachable`, or `not_outside` where there is no address."""

    version: str
    state: str
    reason: str
    is_kept: bool
    """The version has its own copy, and goes on with it."""


def is_outside(text: str) -> bool:
    return text.startswith((*WEB, addresses.STORES)) or bucket_addresses.is_bucket(text)


def keep_outside(project: Project, text: str) -> Tree:
    """A copy of what lies there now. Raises Refusal of the address, of its store, and where it takes too long."""
    address = addresses.parsed(text) if text.startswith(addresses.STORES) else None
    if address is not None and address.is_own:
        return addresses.own_tree(project, address.at)
    with _scratch() as folder:
        fetching.fetch(_place(project, text), folder, seconds=JOB_SECONDS)
        return keep_within_quota(project, folder)


def fetch_version(
    version: DatasetVersion, folder: Path, *, seconds: float, beat: Callable[[], bool]
) -> tuple[Tree, dict[str, Any]]:
    """The files as a tree, and what is to be remembered of their source."""
    address = addresses.parsed(version.uri) if version.uri.startswith(addresses.STORES) else None
    project = version.dataset.project
    if address is not None and address.is_own:
        return addresses.own_tree(project, address.at), {}
    seen = fetching.fetch(_place(project, version.uri), folder, seconds=seconds, beat=beat)
    tree = keep_within_quota(project, folder)
    if version.dataset.type == AssetType.URI_FILE and tree.file_count != 1:
        raise Refusal(
            "data_type_mismatch",
            _("A uri_file is one file, and %(count)d lie at the address.") % {"count": tree.file_count},
            hint=_("Use the type uri_folder."),
            status=422,
        )
    return tree, {"seen": _remembered(seen), "seen_at": timezone.now().isoformat()}


def current_files(version: DatasetVersion) -> Tree:
    """Of a version that only points: what lies there now, held against what was registered.

    Raises Refusal `data_changed` where it is another thing, unless MLOPS_CHANGED_DATA says `warn`."""
    tree = keep_outside(version.dataset.project, version.uri)
    from mlops.datasets.assets import content_of

    if content_of(version.dataset.type, tree) == version.content:
        return tree
    _tell_changed(version, _("Its content is another one than when it was registered."))
    if env.read("MLOPS_CHANGED_DATA") == "warn":
        return tree
    raise Refusal(
        "data_changed",
        _("What lies at %(uri)s is not what “%(version)s” was when it was registered on %(day)s.")
        % {"uri": version.uri[:200], "version": version, "day": version.created_at.date().isoformat()},
        hint=_("Register it as a new version, or bring the old content back."),
        status=409,
    )


def verify(actor: Any, version: DatasetVersion) -> Verdict:
    """Looks at the source, without fetching it, and keeps what it saw; a change is told once, as an event."""
    require(actor, "data.change", version.dataset.project)
    if version.state != VersionState.READY:
        raise errors.not_ready(version)
    is_kept = version.files_id is not None
    if not version.uri or not version.origin.get("seen"):
        said = _("It has its own copy, whose bytes are named by their hash and cannot change.")
        return Verdict(version=str(version), state="not_outside", reason=said, is_kept=True)
    try:
        found = fetching.seen_at(_place(version.dataset.project, version.uri))
        state, reason = _compared(version.origin["seen"], _remembered(found))
    except Refusal as refusal:
        state = "gone" if refusal.status == 404 else "unreachable"
        reason = f"{refusal.message} {refusal.hint}".strip()
    verdict = Verdict(version=str(version), state=state, reason=reason, is_kept=is_kept)
    if state in ("changed", "gone"):
        _tell_changed(version, reason)
    _remember(version, verdict)
    return verdict


def _place(project: Project, text: str) -> fetching.Place:
    if text.startswith(WEB):
        return fetching.at_address(text)
    if bucket_addresses.is_bucket(text):
        return bucket_addresses.place_at(project, text)
    address = addresses.parsed(text)
    return fetching.place_of(queries.named(project, address.store), address.at)


def _remembered(seen: list[Seen]) -> dict[str, Any]:
    marks = {one.path: [one.size_bytes, one.mark] for one in seen[:MOST_MARKS]}
    return {"count": len(seen), "size_bytes": sum(one.size_bytes for one in seen), "files": marks}


def _compared(before: dict[str, Any], now: dict[str, Any]) -> tuple[str, str]:
    was, there = before["files"], now["files"]
    other = sorted(path for path in was if path in there and was[path] != there[path])
    gone = sorted(path for path in was if path not in there)
    new = sorted(path for path in there if path not in was)
    if not (other or gone or new) and (before["count"], before["size_bytes"]) == (now["count"], now["size_bytes"]):
        return "unchanged", _("Size and mark of every file are what they were.")
    parts = [
        _("%(count)d overwritten (%(first)s)") % {"count": len(other), "first": other[0]} if other else "",
        _("%(count)d gone (%(first)s)") % {"count": len(gone), "first": gone[0]} if gone else "",
        _("%(count)d new (%(first)s)") % {"count": len(new), "first": new[0]} if new else "",
    ]
    told = ", ".join(part for part in parts if part) or _("number or size of the files differ")
    return "changed", _("The source has changed since it was registered: %(what)s.") % {"what": told}


def _tell_changed(version: DatasetVersion, reason: str) -> None:
    """Once for each version: the page goes on saying it."""
    if version.origin.get("changed_at"):
        return
    with transaction.atomic():
        version.origin = version.origin | {"changed_at": timezone.now().isoformat(), "changed": reason}
        DatasetVersion.objects.filter(pk=version.pk).update(origin=version.origin)
        record(
            None,
            "mlops.dataset.source_changed",
            subject=f"datasets/{version}",
            project=version.dataset.project,
            data={"uri": version.uri, "is_kept": version.files_id is not None},
            reason=reason,
            notice=("dataset", str(version.dataset_id)),
        )


def _remember(version: DatasetVersion, verdict: Verdict) -> None:
    kept = {key: value for key, value in version.origin.items() if key not in ("checked_at", "check", "check_reason")}
    if verdict.state == "unchanged":
        kept.pop("changed_at", None)
        kept.pop("changed", None)
    told = {"checked_at": timezone.now().isoformat(), "check": verdict.state, "check_reason": verdict.reason}
    version.origin = kept | told
    DatasetVersion.objects.filter(pk=version.pk).update(origin=version.origin)


class _scratch:
    """A folder of this server for what is fetched, as long as the block lasts."""

    def __enter__(self) -> Path:
        parent = Path(settings.DATA_DIR) / "imports"
        parent.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix="fetch-", dir=parent))
        return self._folder

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
