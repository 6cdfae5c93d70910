"""Locks as `uv pip compile --generate-hashes` writes them: what was chosen, how two differ, and what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

HASH = re.compile(r"--hash=(\S+)")


class Locked(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is a version, or the address that it is taken from."""

    name: str
    version: str
    hashes: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A locked package beside the line that asked for it. `frozen`: the lock chose the version; no line pins it."""

    name: str
    version: str
    asked: str
    frozen: bool
    hashes: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    how: Literal["added", "removed", "changed"]
    before: str = ""
    after: str = ""


def read_lock(text: str) -> tuple[Locked, ...]:
    """In the order of their names; options are left out."""
    found = []
    for entry in re.sub(r"\\\n\s*", " ", text).splitlines():
        line = re.sub(r"(^|\s)#.*$", "", entry).strip()
        if not line or line.startswith("-"):
            continue
        plain = line.split(" --hash=")[0].strip()
        try:
            wanted = Requirement(plain)
        except InvalidRequirement:
            continue
        version = wanted.url or str(wanted.specifier).removeprefix("==")
        found.append(Locked(name=canonicalize_name(wanted.name), version=version, hashes=tuple(HASH.findall(line))))
    return tuple(sorted(found, key=lambda one: one.name))


def asked_and_got(lines: Iterable[str], lock: str) -> tuple[Asked, ...]:
    """Those that were asked for come first."""
    wanted: dict[str, str] = {}
    for line in lines:
        try:
            wanted[str(canonicalize_name(Requirement(line).name))] = line
        except InvalidRequirement:
            continue
    rows = []
    for one in read_lock(lock):
        asked = wanted.get(one.name, "")
        pinned = bool(re.search(r"===?\s*[^*\s;]+(\s*;|\s*$)", asked)) or " @ " in asked
        rows.append(Asked(name=one.name, version=one.version, asked=asked, frozen=not pinned, hashes=len(one.hashes)))
    return tuple(sorted(rows, key=lambda row: (not row.asked, row.name)))


def differ(before: str, after: str) -> tuple[Change, ...]:
    """What the second lock has otherwise than the first."""
    old, new = ({one.name: one.version for one in read_lock(text)} for text in (before, after))
    changes = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            changes.append(Change(name=name, how="added", after=new[name]))
        elif name not in new:
            changes.append(Change(name=name, how="removed", before=old[name]))
        elif old[name] != new[name]:
            changes.append(Change(name=name, how="changed", before=old[name], after=new[name]))
    return tuple(changes)


def held_to(lock: str, hashes: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    """The lock with only those hashes of a package that its file gave, and the name of the first package that none of
    them fits (else empty)."""
    if not hashes:
        return lock, ""
    kept, name, held = [], "", False
    fits: dict[str, bool] = {}
    for line in lock.splitlines():
        if not line.startswith((" ", "#", "-")):
            name = str(canonicalize_name(re.split(r"[\s=<>@;\[]", line)[0]))
            held = name in hashes
            fits.setdefault(name, not held)
        if held and (found := HASH.search(line)):
            if found[1] not in hashes[name]:
                continue
            fits[name] = True
        kept.append(line)
    strange = next((one for one in hashes if not fits.get(one, True)), "")
    return _joined(kept), strange


def _joined(lines: list[str]) -> str:
    """A backslash stands exactly where another line of the same package follows."""
    text = []
    for place, line in enumerate(lines):
        plain = line.removesuffix("\\").rstrip()
        goes_on = place + 1 < len(lines) and lines[place + 1].startswith("    --hash")
        text.append(f"{plain} \\" if goes_on else plain)
    return "\n".join(text) + "\n"
