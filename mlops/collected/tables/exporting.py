"""Collected data as an archive in the layout and with the columns that Azure's data collection documents."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from mlops.collected.tables.orders import Order, PartAt
from mlops.collected.tables.relations import column_names, connected, quoted, text
from mlops.collected.tables.windows import window

DAY_MINUTES = "1440"
"""`$aml_dc_boundary`: how many minutes of data one file holds."""
PIECE_BYTES = 1024**2


def export(order: Order, target: BinaryIO) -> None:
    """Writes the archive as it grows: one file a model version, designation and day, each through one scratch file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1, allowZip64=True) as archive:
        for day, model, parts in _groups(order):
            for designation in order.designations:
                path = _written(order, parts, model, designation)
                if path is None:
                    continue
                name = _name(order, day, model, designation)
                info = zipfile.ZipInfo(name, date_time=(*(int(part) for part in day.split("-")), 0, 0, 0))  # type: ignore[arg-type]
                info.compress_type = zipfile.ZIP_STORED if order.format == "parquet" else zipfile.ZIP_DEFLATED
                with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as place:
                    shutil.copyfileobj(source, place, PIECE_BYTES)
                os.unlink(path)


def _groups(order: Order) -> Iterator[tuple[str, str, tuple[PartAt, ...]]]:
    groups: dict[tuple[str, str], list[PartAt]] = {}
    for part in order.parts:
        groups.setdefault((part.day, part.model), []).append(part)
    for (day, model), parts in sorted(groups.items()):
        yield day, model, tuple(parts)


def _name(order: Order, day: str, model: str, designation: str) -> str:
    place = order.place
    name, _colon, number = model.rpartition(":")
    where = [place["subscription"], place["resource_group"], place["workspace"], place["service"], name, number]
    return "/".join(["modeldata", *where, designation, *day.split("-"), f"data.{order.format}"])


def _written(order: Order, parts: tuple[PartAt, ...], model: str, designation: str) -> Path | None:
    """None where nothing of this designation was collected."""
    source = order.labels if designation == "labels" else parts
    names = [name for name in column_names(source) if name.startswith(f"{designation}.")]
    if not names:
        return None
    own = msgspec.structs.replace(order, parts=parts, designations=(designation,))
    own = msgspec.structs.replace(own, labels=own.labels if designation == "labels" else ())
    own = msgspec.structs.replace(own, is_labelled=designation == "labels")
    sql, _columns = window(own)
    any_value = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    chosen = ", ".join(f"{quoted(name)} AS {quoted(name.removeprefix(f'{designation}.'))}" for name in names)
    ordered = f'SELECT {chosen}, {_added(order, model)} FROM ({sql}) WHERE {any_value} ORDER BY "at", request_id, "row"'
    path = Path(order.path) / f"export.{order.format}"
    options = "FORMAT csv, HEADER" if order.format == "csv" else "FORMAT parquet, COMPRESSION zstd"
    with connected(order) as connection:
        done = connection.execute(f"COPY ({ordered}) TO {text(str(path))} ({options})").fetchone()
    if not done or not done[0]:
        path.unlink(missing_ok=True)
        return None
    return path


def _added(order: Order, model: str) -> str:
    name, _colon, number = model.rpartition(":")
    place = order.place
    workspace = "/".join((place["subscription"], place["resource_group"], place["workspace"]))
    moment = "strftime(\"at\", '%Y-%m-%dT%H:%M:%S.%f')"
    added = {
        "$aml_dc_correlation_id": "correlation_id",
        "$aml_dc_scoring_timestamp": moment,
        "$aml_dc_boundary": text(DAY_MINUTES),
        "$aml_workspace": text(workspace),
        "$aml_service_name": text(place["service"]),
        "$aml_model_name": text(name),
        "$aml_model_version": text(number),
        "$aml_request_id": "request_id",
    }
    return ", ".join(f"{value} AS {quoted(column)}" for column, value in added.items())
