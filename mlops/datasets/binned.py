"""Datasets and their versions as assets of the recycle bin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mlops.bin import assets, documents
from mlops.bin.uses import Use
from mlops.datasets.actions import checked_name
from mlops.datasets.models import Dataset, DatasetVersion
from mlops.datasets.usage import uses_of

NEWEST = ("", "latest")


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
        going.update(NEWEST)

    def names(key: str, text: str, within: Mapping[str, Any]) -> bool:
        return any(version in going for version in _mentions(dataset.name, key, text, within))

    return documents.naming(dataset.project, names)


def _mentions(name: str, key: str, text: str, within: Mapping[str, Any]) -> Iterator[str]:
    """Which version of the dataset a text names; `` is the newest."""
    if text == f"${{{{newest.{name}}}}}":
        yield ""
    plain = text.removeprefix("azureml:")
    if plain == text and key != "dataset":
        return
    if plain == name:
        yield str(within.get("version") or "")
    elif plain.startswith((f"{name}:", f"{name}@")):
        yield plain[len(name) + 1 :]


def _facts(version: DatasetVersion) -> dict[str, Any]:
    return {
        "file": version.file_name,
        "digest": version.content,
        "uri": version.uri,
        "rows": version.row_count,
        "job": str(version.origin.get("job", "")),
    }
