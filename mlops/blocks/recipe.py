"""Reduces a table's recipe to what a model's features need, so that a request must bring nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from mlops.formats.table import TableSchema
from mlops.formats.transform import (
    Cast,
    FillMissing,
    KeepColumns,
    MarkMissing,
    Rename,
    Replay,
    RequirePresent,
    Rescale,
    RunPython,
    Transform,
)


def reduced(
    recipe: Sequence[Transform], source: TableSchema, *, features: Sequence[str], label: str
) -> tuple[tuple[Transform, ...], TableSchema]:
    """The recipe without steps that no feature depends on, and the source columns that it starts from.

    A script may read any column, so it gets all that are there except the label."""
    needed: set[str] | None = set(features)
    kept: list[Transform] = []
    for transform in reversed(recipe):
        step, needed, label = _before(transform, needed, label)
        if step is not None:
            kept.append(step)
    columns = tuple(
        column for column in source.columns if (column.name != label if needed is None else column.name in needed)
    )
    recipe = _without_idle_keeps(tuple(reversed(kept)))
    return recipe, TableSchema(columns=columns)


def applicable(transforms: Sequence[Transform], names: Sequence[str]) -> tuple[Transform, ...]:
    """The transforms reduced to what a table with these columns has."""
    present = set(names)
    kept: list[Transform] = []
    for transform in transforms:
        match transform:
            case KeepColumns(columns=columns):
                present &= set(columns)
                kept.append(KeepColumns(columns=tuple(name for name in columns if name in present)))
            case RequirePresent(columns=columns):
                kept.append(RequirePresent(columns=tuple(name for name in columns if name in present)))
            case Rename(names=renamed):
                there = {old: new for old, new in renamed.items() if old in present}
                present = {there.get(name, name) for name in present}
                kept.append(Rename(names=there))
            case Replay(reads=reads, writes=writes, removes=removes):
                if set(reads) <= present:
                    present = (present | set(writes)) - set(removes)
                    kept.append(transform)
            case MarkMissing(column=column, indicator=indicator):
                if column in present:
                    present.add(indicator)
                    kept.append(transform)
            case FillMissing(column=column) | Rescale(column=column) | Cast(column=column):
                if column in present:
                    kept.append(transform)
            case RunPython():
                kept.append(transform)
    return tuple(kept)


def required_columns(
    recipe: Sequence[Transform], source: TableSchema, *, features: Sequence[str], complete: bool
) -> frozenset[str]:
    """Source columns in which a missing value would be refused. `complete`: the learner cannot use gaps.

    Behind a script it cannot be known; such columns are not said to be required."""
    origin: dict[str, frozenset[str]] = {name: frozenset((name,)) for name in source.names}
    filled: set[str] = set()
    required: set[str] = set()
    for transform in recipe:
        match transform:
            case FillMissing(column=column):
                filled.add(column)
            case MarkMissing(indicator=indicator):
                filled.add(indicator)
            case RequirePresent(columns=columns):
                required |= {start for name in columns if name not in filled for start in origin.get(name, ())}
            case Replay(reads=reads, writes=writes):
                behind = frozenset(start for name in reads if name not in filled for start in origin.get(name, ()))
                origin |= {name: frozenset() if transform.fills else behind for name in writes}
                filled -= set(writes)
            case Rename(names=names):
                origin = {names.get(name, name): start for name, start in origin.items()}
                filled = {names.get(name, name) for name in filled}
            case RunPython():
                origin = {}
            case _:
                pass
    if complete:
        required |= {start for name in features if name not in filled for start in origin.get(name, ())}
    return frozenset(required)


def _before(transform: Transform, needed: set[str] | None, label: str) -> tuple[Transform | None, set[str] | None, str]:
    """The step as it is kept (or None), what is needed before it (None: everything), and the label's name there."""
    match transform:
        case KeepColumns(columns=columns):
            kept = tuple(name for name in columns if (name != label if needed is None else name in needed))
            return KeepColumns(columns=kept), set(kept), label
        case RunPython():
            return transform, None, label
        case Replay(reads=reads, writes=writes):
            if not any(_is_needed(name, needed, label) for name in writes):
                return None, needed, label
            return transform, None if needed is None else (needed - set(writes)) | set(reads), label
        case Rename(names=names):
            return _before_rename(names, needed, label)
        case RequirePresent(columns=columns):
            kept = tuple(name for name in columns if _is_needed(name, needed, label))
            return (RequirePresent(columns=kept) if kept else None), needed, label
        case MarkMissing(column=column, indicator=indicator):
            if not _is_needed(indicator, needed, label) or column == label:
                return None, needed, label
            return transform, None if needed is None else (needed - {indicator}) | {column}, label
        case FillMissing(column=column) | Rescale(column=column) | Cast(column=column):
            return (transform if _is_needed(column, needed, label) else None), needed, label


def _is_needed(name: str, needed: set[str] | None, label: str) -> bool:
    return name != label if needed is None else name in needed


def _before_rename(
    names: dict[str, str], needed: set[str] | None, label: str
) -> tuple[Transform | None, set[str] | None, str]:
    old = {new: before for before, new in names.items()}
    kept = {before: new for before, new in names.items() if _is_needed(new, needed, label)}
    earlier = None if needed is None else {old.get(name, name) for name in needed}
    return (Rename(names=kept) if kept else None), earlier, old.get(label, label)


def _without_idle_keeps(recipe: tuple[Transform, ...]) -> tuple[Transform, ...]:
    """Only a script sees which other columns there are, so columns are dropped only before one."""
    last = max((place for place, step in enumerate(recipe) if isinstance(step, RunPython)), default=-1)
    return tuple(step for place, step in enumerate(recipe) if not isinstance(step, KeepColumns) or place < last)
