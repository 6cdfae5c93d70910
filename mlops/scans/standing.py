"""How files stand in a project: what was found in their bytes, less what the project's owners allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, TypeVar

import msgspec

from mlops.access.models import Project
from mlops.blobs.models import Blob
from mlops.formats.manifest import File
from mlops.scans.models import Allowance, Scan
from mlops.scans.reading.verdicts import GRAVITY, Finding

Level = Literal["none", "safe", "suspicious", "dangerous", "waiting", "gone"]
"""`gone`: the list of the files is not in the storage any more, so that nothing is known of them."""
ORDER = {**GRAVITY, "waiting": 1.5}
DIGESTS_A_QUERY = 800
Key = TypeVar("Key")


class FileStanding(msgspec.Struct, frozen=True, kw_only=True):
    """`allowed`: what would be a finding if an owner had not allowed it."""

    path: str
    digest: str
    level: Level
    findings: tuple[Finding, ...] = ()
    allowed: tuple[str, ...] = ()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Of several files together: the worst of them. `files`: only those that hold a pickle, raise a doubt or wait."""

    level: Level
    files: tuple[FileStanding, ...] = ()
    waiting: int = 0
    waiting_since: datetime | None = None

    @property
    def troubles(self) -> list[FileStanding]:
        return [file for file in self.files if file.level in ("suspicious", "dangerous")]

    @property
    def globals(self) -> list[str]:
        return sorted({finding.what for file in self.troubles for finding in file.findings})


def standing_of(files: Iterable[File], project: Project) -> Standing:
    return standings({"": files}, project)[""]


def standings(groups: Mapping[Key, Iterable[File]], project: Project) -> dict[Key, Standing]:
    """Of many groups in few queries."""
    listed = {key: list(files) for key, files in groups.items()}
    digests = {file.digest for files in listed.values() for file in files}
    scans, waiting = _known(digests)
    allowed = set(Allowance.objects.filter(project=project).values_list("name", flat=True)) if scans else set()
    return {key: _together(files, scans, waiting, allowed) for key, files in listed.items()}


def _known(digests: Iterable[str]) -> tuple[dict[str, Scan], dict[str, datetime]]:
    scans: dict[str, Scan] = {}
    waiting: dict[str, datetime] = {}
    listed = sorted(digests)
    for start in range(0, len(listed), DIGESTS_A_QUERY):
        part = listed[start : start + DIGESTS_A_QUERY]
        scans.update(Scan.objects.in_bulk(part))
        waiting.update(Blob.objects.filter(digest__in=part, scanned_by=0).values_list("digest", "created_at"))
    return scans, waiting


def _together(files: list[File], scans: dict[str, Scan], waiting: dict[str, datetime], allowed: set[str]) -> Standing:
    found = [_one(file, scans, waiting, allowed) for file in files if file.digest in scans or file.digest in waiting]
    found.sort(key=lambda one: -ORDER[one.level])
    since = [waiting[one.digest] for one in found if one.level == "waiting"]
    return Standing(
        level=found[0].level if found else "none",
        files=tuple(found),
        waiting=len(since),
        waiting_since=min(since, default=None),
    )


def _one(file: File, scans: dict[str, Scan], waiting: dict[str, datetime], allowed: set[str]) -> FileStanding:
    scan = scans.get(file.digest)
    if scan is None:
        return FileStanding(path=file.path, digest=file.digest, level="waiting")
    findings = msgspec.convert(scan.findings, tuple[Finding, ...])
    kept = tuple(one for one in findings if one.what not in allowed)
    dropped = tuple(sorted({one.what for one in findings if one.what in allowed}))
    level: Level = "safe"
    if kept:
        level = max((one.verdict for one in kept), key=GRAVITY.__getitem__)
    elif not findings:
        level = "safe" if scan.verdict in ("none", "safe") else "suspicious"
    return FileStanding(path=file.path, digest=file.digest, level=level, findings=kept, allowed=dropped)
