"""What the designer offers of datasets: read as plain rows, for a project may have tens of thousands of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q

from mlops.access.models import Project
from mlops.access.offered import offers_to
from mlops.datasets.models import AssetType, DatasetVersion, VersionState
from mlops.datasets.queries import page_address, port_type_of
from mlops.datasets.sharing import NOUN

OF_VERSION = ("dataset_id", "number", "schema", "reading__format")
OF_DATASET = ("dataset__name", "dataset__description", "dataset__is_sample", "dataset__type")
OF_OWNER = ("dataset__project__slug", "dataset__project__name")

Row = tuple[Any, ...]


def palette(project: Project) -> list[dict[str, Any]]:
    """Each dataset with the newest ready version's schema (None while importing); behind the project's own those that
    others offer to it, under `OWNER/NAME` and with the owner's name."""
    offered = list(offers_to(project).filter(noun=NOUN).values_list("thing_id", flat=True))
    own = _palette(Q(dataset__project=project), (), _offer)
    return [*own, *(_palette(Q(dataset__in=offered), OF_OWNER, _offer_of_others) if offered else ())]


def _palette(which: Q, more: tuple[str, ...], shape: Callable[[Row], dict[str, Any]]) -> list[dict[str, Any]]:
    rows = (
        DatasetVersion.objects.filter(which, dataset__archived_at=None, archived_at=None)
        .exclude(state=VersionState.FAILED)
        .order_by("dataset__name", "-number")
        .values_list(*OF_VERSION, *OF_DATASET, *more)
    )
    offers: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        dataset_id, number, schema = row[:3]
        offer = offers.get(dataset_id)
        if offer is None:
            offer = offers[dataset_id] = shape(row)
        offer["versions"].append(number)
        if offer["schema"] is None and schema is not None:
            offer |= {"version": number, "schema": schema, "type": _type(row)}
    return list(offers.values())


def _offer(row: Row) -> dict[str, Any]:
    dataset_id, number, _schema, _format, name, description, is_sample = row[:7]
    return {
        "name": name,
        "version": number,
        "versions": [],
        "description": description,
        "schema": None,
        "type": _type(row),
        "is_sample": is_sample,
        "url": page_address(dataset_id),
    }


def _offer_of_others(row: Row) -> dict[str, Any]:
    """Its page is for the people of its own project."""
    slug, owner = row[-2:]
    return _offer(row) | {"name": f"{slug}/{row[4]}", "owner": owner, "url": ""}


def _type(row: Row) -> str:
    _dataset_id, _number, schema, format, _name, _description, _is_sample, type = row[:8]
    return port_type_of(is_of_files=type != AssetType.TABLE, has_table=schema is not None, format=format)
