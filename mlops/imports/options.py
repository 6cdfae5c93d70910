"""What of a store is taken, and how. Names may hold * and ? as in file names."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

import msgspec


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    experiments: tuple[str, ...] = ()
    """Names or ids of those to take; none: all."""
    models: tuple[str, ...] = ()
    """Names of the registered models to take; none: all."""
    artifacts: bool = True
    registry: bool = True
    deleted: Literal["leave", "bin"] = "leave"
    """What was deleted in the source is left out, or comes into the recycle bin."""
    collisions: Literal["merge", "suffix"] = "merge"
    """Where a name is taken here: go into the thing of that name, or beside it under a name of its own."""
    again: bool = False
    """Take also what was taken before and deleted here since."""
    dry_run: bool = False
    files: str = ""
    """The folder where the store's files lie now."""

    def wants_experiment(self, name: str, key: str) -> bool:
        return not self.experiments or key in self.experiments or _matches(name, self.experiments)

    def wants_model(self, name: str) -> bool:
        return self.registry and (not self.models or _matches(name, self.models))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
