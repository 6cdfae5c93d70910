"""Who uses an environment: packages above this one register what they know when they are loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from mlops.environments.models import EnvironmentVersion
from mlops.environments.ordering import in_a_process, with_tables
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import key_of


class Use(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    """component, run, or deployment."""
    name: str
    url: str


Source = Callable[[EnvironmentVersion], Iterable[Use]]
Keys = Callable[[], Iterable[str]]
_sources: list[Source] = []
_keys: list[Keys] = []


def register(source: Source, keys: Keys | None = None) -> None:
    """`keys`: the builds that are needed now, and must stay."""
    if source not in _sources:
        _sources.append(source)
    if keys is not None and keys not in _keys:
        _keys.append(keys)


def uses_of(version: EnvironmentVersion) -> list[Use]:
    return [use for source in _sources for use in source(version)]


def keys_in_use() -> set[str]:
    return {key for source in _keys for key in source()}


def keys_in(how: Any) -> set[str]:
    """Of the `how` of a stored definition, as plain values; none without packages of its own. Where tables come and
    go, the environment that is built has what reads them beside."""
    given = how.get("requirements") if isinstance(how, dict) else None
    if not given:
        return set()
    try:
        needed = in_a_process(msgspec.convert(given, type=Requirements))
    except msgspec.ValidationError:
        return set()
    return {key_of(needed), key_of(with_tables(needed))} if needed.is_own else set()
