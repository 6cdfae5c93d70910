"""Which experiments and registered models are taken. Names may hold * and ? as in file names."""

from __future__ import annotations

from fnmatch import fnmatchcase

import msgspec


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    experiments: tuple[str, ...] = ()
    """Names or ids; none: all."""
    models: tuple[str, ...] = ()
    registry: bool = True

    def wants_experiment(self, name: str, key: str) -> bool:
        return not self.experiments or key in self.experiments or _matches(name, self.experiments)

    def wants_model(self, name: str) -> bool:
        return self.registry and (not self.models or _matches(name, self.models))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
