"""What a step asks of the worker that runs it, and whether a worker has it: pure functions on plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mlops.formats.labels import read_labels, written_labels

POOL_SIGN = "@"


class Demand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`compute`: a pool; where there is none of that name, any worker serves. 0 and empty: nothing is asked."""

    compute: str = ""
    cpus: float = 0.0
    memory_bytes: int = 0
    gpus: int = 0
    labels: dict[str, str] = {}

    @property
    def is_any(self) -> bool:
        return self == Demand()

    def filled_by(self, other: Demand) -> Demand:
        """What this one does not say, the other does."""
        return asking(**{name: getattr(self, name) or getattr(other, name) for name in self.__struct_fields__})


ANYWHERE = Demand()
"""The default of fields: what is this very value is left out where they are written."""


def asking(**said: Any) -> Demand:
    """ANYWHERE where nothing is asked."""
    found = Demand(**said)
    return ANYWHERE if found.is_any else found


def written_place(pool: str, labels: Mapping[str, str]) -> str:
    """As a step's row keeps it, such as `@gpu,zone=a`; empty: anywhere."""
    return ",".join(part for part in (f"{POOL_SIGN}{pool}" if pool else "", written_labels(labels)) if part)


def read_place(place: str) -> tuple[str, dict[str, str]]:
    """The pool and the labels of `written_place`."""
    first, _comma, rest = place.partition(",")
    if first.startswith(POOL_SIGN):
        return first.removeprefix(POOL_SIGN), read_labels(rest)
    return "", read_labels(place)


def has_labels(own: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """A label that is wanted without a value is there with any."""
    return all(name in own and value in ("", own[name]) for name, value in wanted.items())


def is_of_place(place: str, labels: Mapping[str, str], pools: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a worker with the labels may run what asks for the place. `pools`: name to the labels of its workers."""
    if not place:
        return True
    pool, wanted = read_place(place)
    if pool and not has_labels(labels, pools.get(pool, {"": "no such pool"})):
        return False
    return has_labels(labels, wanted)
