"""Datasets and their versions as assets of the recycle bin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mlops.bin import assets, documents
from mlops.bin.uses import Use
from mlops.datasets.actions import checked_name
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.datasets.usage import uses_of


def register() -> None:
    assets.register(
        assets.Asset(
            noun="dataset",
            title=_("Dataset"),
            version_title=_("Dataset version"),
            whole=Dataset,
            version=DatasetVersion,
            parent="dataset",
            trees=("tree", "files"),
            blobs=("raw",),
            deleted_event="mlops.dataset.deleted",
            version_deleted_event="mlops.dataset.version_deleted",
            checked_name=checked_name,
            users=users,
            facts=_facts,
            last_takes_whole=True,
        )
    )


def users(versions: Sequence[DatasetVersion]) -> Iterable[Use]:
    holding = [use for version in versions for use in uses_of(version) if use.holds]
    told = [Use(title=f"{use.kind} “{use.name}”", url=use.url, remedy=use.remedy) for use in holding]
    return list(dict.fromkeys([*told, *_named_in(versions)]))


def _named_in(versions: Sequence[DatasetVersion]) -> list[Use]:
    """Documents that name one of them; those that want the newest only where no version is left."""
    dataset = versions[0].dataset
    going = {name for version in versions for name in (str(version.number), version.label) if name}
    left = DatasetVersion.objects.filter(dataset=dataset).exclude(pk__in=[version.pk for version in versions])
    if not left.exists():
        going.update(documents.NEWEST)

    def names(key: str, text: str, within: Mapping[str, Any]) -> bool:
        return _mentioned(dataset.name, key, text, within) in going

    return documents.naming(dataset.project, names)


def _mentioned(name: str, key: str, text: str, within: Mapping[str, Any]) -> str | None:
    """Which version of the dataset a text names, as documents.version_in tells it."""
    if text == f"${{{{newest.{name}}}}}":
        return ""
    if key != "dataset" and not text.startswith("azureml:"):
        return None
    return documents.version_in(text, name, within)


def _facts(version: DatasetVersion) -> dict[str, Any]:
    return {
        "file": version.file_name,
        "digest": version.content,
        "uri": version.uri,
        "rows": version.row_count,
        "job": str(version.origin.get("job", "")),
    }
