"""Labels that come later: sent as rows, as a file, or taken from a dataset; the last label of a row wins."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any, BinaryIO

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.collected.children import ask_tables
from mlops.collected.keeping import keep_part_file
from mlops.collected.label_kinds import as_before
from mlops.collected.label_types import label_types
from mlops.collected.models import LabelPost, Part, PartKind
from mlops.deployments.models import Endpoint
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where
from mlops.packaging.scratch import scratch
from mlops.packaging.tables import fetch_table, table_of

MOST_ROWS = 10_000
"""Of one call with rows; a file may have as many as it likes."""
MOST_FILE_BYTES = 512 * 1024**2
ALIASES = {"$aml_request_id": "request_id", "$aml_dc_correlation_id": "correlation_id"}
"""As Azure's collected data calls them."""
FIXED = ("request_id", "correlation_id", "row")
NAME = re.compile(r"[^\x00-\x1f]{1,200}")


def post_rows(actor: Any, endpoint: Endpoint, *, rows: Any) -> LabelPost:
    """Each row: `request_id` or `correlation_id`, `row` where the request had several, and the labels by column.

    They are joined within seconds. Ids that nobody knows are kept: their requests may become visible later."""
    require(actor, "collected.use", endpoint.project)
    checked = as_before(_checked(rows), label_types(endpoint))
    columns = list(dict.fromkeys(name for row in checked for name in row["labels"]))
    return _recorded(actor, endpoint, source=_("sent as rows"), pending=checked, rows=len(checked), columns=columns)


def post_file(actor: Any, endpoint: Endpoint, *, source: BinaryIO, file_name: str) -> LabelPost:
    """CSV or Parquet with the same columns. Raises Refusal that names the row that cannot be read."""
    require(actor, "collected.use", endpoint.project)
    folder = Path(tempfile.mkdtemp(prefix="labels-", dir=scratch()))
    try:
        place = folder / "given"
        with place.open("wb") as target:
            shutil.copyfileobj(source, target, 1024**2)
        if place.stat().st_size > MOST_FILE_BYTES:
            message = _("The file is larger than %(most)d MB.") % {"most": MOST_FILE_BYTES // 1024**2}
            raise Refusal("labels_too_large", message, hint=_("Send it in pieces."), status=413)
        name = PurePath(file_name.replace("\\", "/")).name[:200] or "labels.csv"
        return _laid_out(actor, endpoint, folder, place, source=name, names=ALIASES)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def post_dataset(actor: Any, endpoint: Endpoint, *, dataset: str, names: Mapping[str, str] | None = None) -> LabelPost:
    """`names`: which column of the dataset is the request_id, correlation_id or row; of the others all are labels."""
    require(actor, "collected.use", endpoint.project)
    version = table_of(endpoint.project, dataset)
    folder = Path(tempfile.mkdtemp(prefix="labels-", dir=scratch()))
    try:
        place = folder / "given"
        fetch_table(version, place)
        renamed = {column: meaning for meaning, column in (names or {}).items() if column}
        return _laid_out(actor, endpoint, folder, place, source=str(version), names={**ALIASES, **renamed})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _laid_out(
    actor: Any, endpoint: Endpoint, folder: Path, given: Path, *, source: str, names: Mapping[str, str]
) -> LabelPost:
    target, now = folder / "labels.parquet", timezone.now()
    told = ask_tables(
        "labels",
        folder=folder,
        target=str(target),
        names=dict(names),
        start=now,
        given=str(given),
        types=label_types(endpoint),
    )
    blob = keep_part_file(target)
    with transaction.atomic():
        part = Part.objects.create(
            endpoint=endpoint,
            kind=PartKind.LABELS,
            day=now.date(),
            first_at=now,
            last_at=msgspec.convert(told["last_at"], datetime),
            row_count=told["rows"],
            request_count=told["rows"],
            size_bytes=blob.size_bytes,
            columns=told["columns"],
            minutes={str(now.hour * 60 + now.minute): told["rows"]},
            designations=["labels"],
            blob=blob,
        )
        columns = [name.removeprefix("labels.") for name in told["columns"]]
        parts = [str(part.pk)]
        return _recorded(actor, endpoint, source=source, rows=told["rows"], columns=columns, parts=parts, at=now)


def _recorded(
    actor: Any,
    endpoint: Endpoint,
    *,
    source: str,
    rows: int,
    columns: Sequence[str],
    pending: Any = None,
    parts: Sequence[str] = (),
    at: datetime | None = None,
) -> LabelPost:
    """`at`: of the first label, by which they are found again; None: now."""
    with transaction.atomic():
        made = LabelPost.objects.create(
            endpoint=endpoint,
            source=source,
            pending=pending,
            row_count=rows,
            columns=list(columns),
            part_ids=list(parts),
            created_at=at or timezone.now(),
            created_by=actor,
        )
        record(
            actor,
            "mlops.collection.labelled",
            subject=f"endpoints/{endpoint.name}",
            project=endpoint.project,
            data={"endpoint": endpoint.name, "rows": rows, "columns": list(columns), "source": source},
            notice=("collected", str(endpoint.pk)),
        )
    return made


def _checked(rows: Any) -> list[dict[str, Any]]:
    if isinstance(rows, dict):
        rows = rows.get("labels", [rows])
    if not isinstance(rows, list) or not rows:
        hint = _('Send [{"request_id": "…", "LABEL": VALUE}, …].')
        raise Refusal("labels_missing", _("There are no labels."), hint=hint, where=Where(parameter="labels"))
    if len(rows) > MOST_ROWS:
        message = _("%(rows)d rows are more than one call may have (%(most)d).")
        hint = _("Send them in pieces, or as a file.")
        raise Refusal("labels_too_many", message % {"rows": len(rows), "most": MOST_ROWS}, hint=hint, status=413)
    return [_row(number, row) for number, row in enumerate(rows, start=1)]


def _row(number: int, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _wrong(number, _("it is no object"))
    row = {ALIASES.get(name, name): value for name, value in given.items()}
    ids = {name: str(row[name]) for name in FIXED[:2] if row.get(name) not in (None, "")}
    if not ids:
        raise _wrong(number, _("it has neither request_id nor correlation_id"))
    place = row.get("row") or 0
    if not isinstance(place, int) or isinstance(place, bool) or place < 0:
        raise _wrong(number, _("its row is %(row)s, which is no number from 0") % {"row": place})
    labels = {str(name).removeprefix("labels."): value for name, value in row.items() if name not in FIXED}
    if not labels:
        raise _wrong(number, _("it has no label column"))
    if bad := next((name for name in labels if not NAME.fullmatch(name)), None):
        raise _wrong(number, _("“%(name)s” cannot be a column's name") % {"name": bad[:50]})
    return {**ids, "row": place, "labels": labels}


def _wrong(number: int, why: str) -> Refusal:
    return Refusal(
        "label_invalid",
        _("Row %(number)d cannot be a label: %(why)s.") % {"number": number, "why": why},
        hint=_("Each row names its request and at least one label. Nothing of this call was kept."),
        where=Where(parameter="labels", value=str(number)),
    )
