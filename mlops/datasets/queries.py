"""Reads of datasets: what a person may see, a version's rows, and what the designer needs to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mlops.access.decisions import seen_in
from mlops.access.models import Project
from mlops.access.offered import offers_to
from mlops.blobs.trees import manifest_of
from mlops.datasets import errors
from mlops.datasets.children import local_file
from mlops.datasets.models import Dataset, DatasetVersion, Upload, VersionState
from mlops.datasets.sharing import NOUN, dataset_named
from mlops.datasets.warm import rows_at
from mlops.formats.component import Shape
from mlops.formats.profile import TableProfile
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, TableSchema

DATA = "data.parquet"
MOST_ROWS = 500
MOST_SORTED = 5_000_000


def visible_to(person: Any) -> QuerySet[Dataset]:
    return Dataset.objects.filter(seen_in(person)).select_related("project", "created_by")


def found(
    datasets: QuerySet[Dataset],
    *,
    q: str = "",
    project: str = "",
    samples: bool | None = None,
    type: str = "",
    archived: bool | None = False,
) -> QuerySet[Dataset]:
    """`archived` None: those as well."""
    if archived is not None:
        datasets = datasets.filter(archived_at__isnull=not archived)
    if type:
        datasets = datasets.filter(type=type)
    if project:
        datasets = datasets.filter(project__slug=project)
    if q:
        datasets = datasets.filter(Q(name__icontains=q) | Q(description__icontains=q) | Q(source__icontains=q))
    return datasets if samples is None else datasets.filter(is_sample=samples)


def dataset(person: Any, dataset_id: UUID) -> Dataset:
    one = visible_to(person).filter(pk=dataset_id).first()
    if one is None:
        raise errors.not_found("dataset")
    return one


def versions(of: Dataset) -> QuerySet[DatasetVersion]:
    """Newest first."""
    return DatasetVersion.objects.filter(dataset=of).select_related(
        "dataset__project", "created_by", "tree", "raw", "files"
    )


def version(of: Dataset, number: int) -> DatasetVersion:
    one = versions(of).filter(number=number).first()
    if one is None:
        raise errors.no_version(of, number, versions(of).values_list("number", flat=True))
    return one


def upload(person: Any, upload_id: UUID) -> Upload:
    """Uploads are seen by whoever may see the project; acts on them ask for more."""
    one = Upload.objects.filter(seen_in(person), pk=upload_id).select_related("project", "blob", "dataset").first()
    if one is None:
        raise errors.not_found("upload")
    return one


def latest_of(datasets: list[Dataset]) -> dict[UUID, DatasetVersion]:
    """The newest version of each, in one query."""
    fresh = DatasetVersion.objects.filter(dataset=OuterRef("dataset"), archived_at=None)
    newest = fresh.order_by("-number").values("pk")[:1]
    rows = DatasetVersion.objects.filter(dataset__in=datasets, pk=Subquery(newest)).select_related(
        "dataset", "raw", "files"
    )
    return {row.dataset_id: row for row in rows.defer("profile")}


def schema_of(person: Any, project: Project, name: str, number: int | None = None) -> TableSchema | None:
    """The schema of `name:number` (None: the newest that is ready). Raises Refusal where there is no such version."""
    known = visible_to(person).filter(project=project)
    one = known.filter(name=name).first()
    if one is None:
        raise errors.no_dataset(name, known.values_list("name", flat=True))
    if number is not None:
        return _schema(version(one, number))
    ready = versions(one).filter(state=VersionState.READY).first()
    return _schema(ready) if ready else None


def dataset_shape(project: Project, name: str, number: int | None = None) -> Shape:
    """For a drawing: the shape of the dataset's port. Raises Refusal `dataset_unknown` or `version_unknown`."""
    wanted = ready_version(project, name, number)
    kind = port_type(wanted)
    return Shape(type=kind, table=_schema(wanted) if kind == "table" else None)


def port_type(of: DatasetVersion) -> Literal["table", "zip", "any"]:
    """What a data node gives of this version; `any` are files in which no table was read."""
    if of.dataset.is_of_files and of.schema is None:
        return "any"
    return "zip" if of.reading.get("format") == "zip" else "table"


def node_output(of: DatasetVersion) -> dict[str, str]:
    """{"type", "tree"} at the port of a data node of this version: the table, else the files."""
    tree = of.tree_id or of.files_id
    if of.state != VersionState.READY or tree is None:
        raise errors.not_ready(of)
    return {"type": port_type(of), "tree": str(tree)}


def ready_version(project: Project, name: str, number: int | None = None) -> DatasetVersion:
    """The version, or the newest ready one. Raises Refusal where it is not there or not imported."""
    one = dataset_named(project, name)
    if one is None:
        raise errors.no_dataset(name, Dataset.objects.filter(project=project).values_list("name", flat=True))
    if number is None:
        fresh = versions(one).filter(archived_at=None)
        wanted = fresh.filter(state=VersionState.READY).first() or fresh.first()
        if wanted is None:
            raise errors.no_version(one, 1, ())
    else:
        wanted = version(one, number)
    if wanted.state != VersionState.READY:
        raise errors.not_ready(wanted)
    return wanted


def palette(project: Project) -> list[dict[str, Any]]:
    """What the designer offers: each dataset with the newest ready version's schema (None while importing); behind the
    project's own those that others offer to it, under `OWNER/NAME` and with the owner's name."""
    offered = offers_to(project).filter(noun=NOUN).values("thing_id")
    return [*_palette(Q(dataset__project=project), _offer), *_palette(Q(dataset__in=offered), _offer_of_others)]


def _palette(which: Q, shape: Callable[[DatasetVersion], dict[str, Any]]) -> list[dict[str, Any]]:
    rows = (
        DatasetVersion.objects.filter(which, dataset__archived_at=None, archived_at=None)
        .select_related("dataset__project")
        .defer("profile")
        .order_by("dataset__name", "-number")
    )
    offers: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        if row.state == VersionState.FAILED:
            continue
        offer = offers.setdefault(row.dataset_id, shape(row))
        offer["versions"].append(row.number)
        if offer["schema"] is None and row.schema is not None:
            offer |= {"version": row.number, "schema": row.schema, "type": port_type(row)}
    return list(offers.values())


def rows(
    of: DatasetVersion, *, offset: int = 0, limit: int = 50, columns: Sequence[str] = (), order: str = ""
) -> dict[str, Any]:
    """Columns and rows of the stored table: some columns of it, by one of them (`-name`: the largest first).

    Raises Refusal `column_unknown`, and `table_too_long` where too many rows were to be sorted."""
    limit = max(1, min(limit, MOST_ROWS))
    known = [column.name for column in schema_columns(of)]
    for name in (*columns, *([order.removeprefix("-")] if order else [])):
        if name not in known:
            raise errors.no_column(of, name, known)
    if order and (of.row_count or 0) > MOST_SORTED:
        raise errors.too_long_to_sort(of, MOST_SORTED)
    with local_file(data_digest(of), name=DATA) as path:
        page = rows_at(path, offset=max(0, offset), rows=limit, columns=list(columns), order=order)
    return page | {"limit": limit, "row_count": of.row_count}


def profile_of(of: DatasetVersion) -> TableProfile:
    if of.state != VersionState.READY:
        raise errors.not_ready(of)
    if of.profile is None:
        raise errors.no_table(of)
    return msgspec.convert(of.profile, type=TableProfile)


def data_digest(of: DatasetVersion) -> str:
    """The blob of `data.parquet`."""
    if of.state != VersionState.READY:
        raise errors.not_ready(of)
    if of.tree_id is None:
        raise errors.no_table(of)
    known = next((file.digest for file in manifest_of(of.tree_id).files if file.path == DATA), None)
    if known is None:
        raise Refusal("file_not_found", _("The stored table is gone."), hint=_("Import the file again."), status=410)
    return known


def page_url(of: Dataset) -> str:
    try:
        return reverse("web:dataset", args=[of.pk])
    except NoReverseMatch:
        return ""


def _schema(of: DatasetVersion | None) -> TableSchema | None:
    return msgspec.convert(of.schema, type=TableSchema) if of and of.schema else None


def _offer(row: DatasetVersion) -> dict[str, Any]:
    return {
        "name": row.dataset.name,
        "version": row.number,
        "versions": [],
        "description": row.dataset.description,
        "schema": None,
        "type": port_type(row),
        "is_sample": row.dataset.is_sample,
        "url": page_url(row.dataset),
    }


def _offer_of_others(row: DatasetVersion) -> dict[str, Any]:
    """Its page is for the people of its own project."""
    owner = row.dataset.project
    return _offer(row) | {"name": f"{owner.slug}/{row.dataset.name}", "owner": owner.name, "url": ""}


def schema_columns(of: DatasetVersion) -> tuple[Column, ...]:
    schema = _schema(of)
    return schema.columns if schema else ()
