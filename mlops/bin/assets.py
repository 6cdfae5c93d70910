"""Kinds of assets that have a name and versions, all deleted in one way. Their packages register them when loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from mlops.access.models import Project
from mlops.bin.uses import Use


@dataclass(frozen=True, kw_only=True)
class Asset:
    """`whole` and `version` have `deleted_at` and the manager `with_deleted`; `parent` leads from one to the other."""

    noun: str
    """In events and refusals: `model`."""
    title: Any
    version_title: Any
    """Both for people, translated when they are read."""
    whole: type[Model]
    version: type[Model]
    parent: str
    trees: tuple[str, ...]
    """Fields of a version that name a tree."""
    blobs: tuple[str, ...] = ()
    deleted_event: str
    version_deleted_event: str
    checked_name: Callable[[str], str]
    """What the whole is called, as it is kept. Raises Refusal `name_invalid` where that cannot be."""
    users: Callable[[Sequence[Any]], Iterable[Use]]
    """What stands on those versions of one whole, if all of them go at once."""
    facts: Callable[[Any], dict[str, Any]]
    """Of a version, for its tombstone."""
    last_takes_whole: bool = False
    """Whether the last version that is deleted takes the whole along."""

    @property
    def kinds(self) -> tuple[str, str]:
        return self.noun, f"{self.noun}_version"


class Part:
    """One side of an asset: the whole with all its versions, or a version alone."""

    def __init__(self, asset: Asset, *, is_whole: bool) -> None:
        self.asset, self.is_whole = asset, is_whole
        self.kind = asset.kinds[0 if is_whole else 1]
        self.title = asset.title if is_whole else asset.version_title
        self.model: Any = asset.whole if is_whole else asset.version

    def row(self, thing: UUID) -> Any:
        """Also one that lies in the bin; None where it is gone."""
        return self.model.with_deleted.filter(pk=thing).first()

    def whole_of(self, row: Any) -> Any:
        return row if self.is_whole else getattr(row, self.asset.parent)

    def project_of(self, row: Any) -> Project:
        project: Project = self.whole_of(row).project
        return project

    def versions(self, row: Any) -> QuerySet[Any]:
        """All that go with it, also those that were deleted before."""
        known = self.asset.version.with_deleted.select_related(self.asset.parent)  # type: ignore[attr-defined]
        found: QuerySet[Any] = known.filter(**{self.asset.parent: row}) if self.is_whole else known.filter(pk=row.pk)
        return found

    def goes_whole(self, row: Any) -> bool:
        """Whether a version is the last one, which takes the whole along."""
        if self.is_whole or not self.asset.last_takes_whole:
            return False
        kept = self.model.objects.filter(**{self.asset.parent: self.whole_of(row)})
        return not kept.exclude(pk=row.pk).exists()

    @property
    def deleted_event(self) -> str:
        return self.asset.deleted_event if self.is_whole else self.asset.version_deleted_event


PARTS: dict[str, Part] = {}
"""By kind: `model`, `model_version`, …"""


def register(asset: Asset) -> None:
    for is_whole in (True, False):
        part = Part(asset, is_whole=is_whole)
        PARTS[part.kind] = part


def part_of(row: Any) -> Part:
    """Of a row of a registered kind."""
    return next(part for part in PARTS.values() if isinstance(row, part.model))
