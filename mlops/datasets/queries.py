"""Reads of datasets: what a person may see, a version's rows, and what the designer needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from mlops.access.decisions import seen_in
from mlops.access.models import Project
from mlops.blobs.trees import manifest_of
from mlops.datasets import errors
from mlops.datasets.children import local_file
from mlops.datasets.models import Dataset, DatasetVersion, Upload, VersionState
from mlops.datasets.sharing import dataset_named
from mlops.datasets.warm import rows_at
from mlops.formats.component import Shape
from mlops.formats.profile import TableProfile
from mlops.formats.refusal import Refusal
from mlops.formats.table import Column, TableSchema

ANY = UUID(int=0)
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
    kind, format = of.dataset.is_of_files, of.reading.get("format")
    return port_type_of(is_of_files=kind, has_table=of.schema is not None, format=format)


def port_type_of(*, is_of_files: bool, has_table: bool, format: str | None) -> Literal["table", "zip", "any"]:
    if is_of_files and not has_table:
        return "any"
    return "zip" if format == "zip" else "table"


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
    return page_address(of.pk)


def page_address(dataset_id: UUID) -> str:
    """Asked for once, and filled in: a palette has tens of thousands of them."""
    before = _address_of_any()
    return before and before.replace(str(ANY), str(dataset_id))


@cache
def _address_of_any() -> str:
    try:
        return reverse("web:dataset", args=[ANY])
    except NoReverseMatch:
        return ""


def _schema(of: DatasetVersion | None) -> TableSchema | None:
    return msgspec.convert(of.schema, type=TableSchema) if of and of.schema else None


def schema_columns(of: DatasetVersion) -> tuple[Column, ...]:
    schema = _schema(of)
    return schema.columns if schema else ()
