"""Labels from a file: laid out as a part; and which labels belong to no request that was collected."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from mlops.collected.label_kinds import other_kind
from mlops.collected.tables.orders import Order
from mlops.collected.tables.relations import connected, quoted, text, united
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

IDS = ("request_id", "correlation_id")
SHOWN = 5
SNIFFED_BYTES = 64 * 1024
NUMBERS = ("integer", "decimal")
TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "decimal": "DOUBLE", "date": "TIMESTAMPTZ", "string": "VARCHAR"}


def lay_out(order: Order) -> dict[str, Any]:
    """`given`: the file; `names`: what its columns mean; `start`: when it came. Raises Refusal."""
    assert order.start is not None
    with connected(order) as connection:
        try:
            source = _source(connection, order)
            described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            columns: dict[str, str] = {row[0]: row[1] for row in described}
            found = _chosen(columns, order)
            found["labels"] = _filled(connection, source, found["labels"])
            kinds = {name: _wanted(columns[name], order.types.get(_label(name))) for name in found["labels"]}
            _check_kinds(connection, source, columns, kinds)
            sql = _sql(order, source, found, columns, kinds)
            _check(connection, sql)
            connection.execute(f"COPY ({sql}) TO {text(order.target)} (FORMAT parquet, COMPRESSION zstd)")
            counted = f'SELECT count(*), max("at") FROM read_parquet({text(order.target)})'
            rows, last_at = connection.execute(counted).fetchone() or (0, None)
        except duckdb.Error as error:
            raise _unreadable(_why(error, order)) from None
    labels = {f"labels.{_label(name)}": kinds[name] for name in found["labels"]}
    return {"rows": rows, "last_at": last_at, "columns": labels}


def match(order: Order) -> list[dict[str, Any]]:
    """Of each of `windows`, which are when labels came: how many of them have no request, and some of their ids."""
    if not order.labels:
        return [{"unmatched": 0, "examples": []} for _window in order.windows]
    told = []
    with connected(order) as connection:
        asked = f'SELECT request_id, correlation_id, "row", "at" FROM ({united(order.labels)})'
        connection.execute(f"CREATE TEMP TABLE asked AS {asked}")
        known = united(order.parts) if order.parts else "SELECT '' AS request_id, '' AS correlation_id, -1 AS \"row\""
        joined = f'SELECT DISTINCT {{key}}, "row" FROM ({known}) WHERE {{key}} IN (SELECT {{key}} FROM asked)'
        for key in IDS:
            connection.execute(f"CREATE TEMP TABLE known_{key} AS {joined.format(key=key)}")
        for first, last in order.windows:
            inside = f'"at" >= {_moment(first)} AND "at" <= {_moment(last)}'
            missing = (
                'CASE WHEN request_id <> \'\' THEN (request_id, "row") NOT IN (SELECT (request_id, "row") FROM'
                ' known_request_id) ELSE (correlation_id, "row") NOT IN (SELECT (correlation_id, "row") FROM'
                " known_correlation_id) END"
            )
            rows = connection.execute(
                f"SELECT COALESCE(NULLIF(request_id, ''), correlation_id) FROM asked WHERE {inside} AND {missing}"
            ).fetchall()
            told.append({"unmatched": len(rows), "examples": [row[0] for row in rows[:SHOWN]]})
    return told


def _source(connection: duckdb.DuckDBPyConnection, order: Order) -> str:
    """Ids stay text, whatever they look like: 007 is not 7."""
    place = Path(order.given)
    with place.open("rb") as file:
        start = file.read(SNIFFED_BYTES)
    if not start.strip():
        raise Refusal(
            "labels_missing", _("The file is empty."), hint=_("Each row is a label of a request."), status=422
        )
    if start.startswith(b"PAR1"):
        return f"read_parquet({text(str(place))})"
    if b"\0" in start:
        raise _unreadable(_("it is a binary file, or text in another encoding than UTF-8"))
    csv = f"read_csv({text(str(place))}, header = true"
    header = connection.execute(f"DESCRIBE SELECT * FROM {csv}, all_varchar = true)").fetchall()
    ids = [row[0] for row in header if _meaning(row[0], order) in IDS]
    types = ", ".join(f"{text(name)}: 'VARCHAR'" for name in ids)
    return f"{csv}, types = {{{types}}})" if ids else f"{csv})"


def _why(error: duckdb.Error, order: Order) -> str:
    """DuckDB's words without the places of this machine."""
    told = str(error).splitlines()[0]
    if "when sniffing file" in told:
        return "it has no columns that can be told apart"
    for place in (order.given, order.target, order.path):
        told = told.replace(place, "…") if place else told
    return told.removesuffix(".")[:300]


def _unreadable(why: str) -> Refusal:
    return Refusal(
        "labels_unreadable",
        _("The file cannot be read as CSV or Parquet: %(why)s.") % {"why": why},
        hint=_("Its first line names the columns: request_id or correlation_id, row where needed, and labels."),
        status=422,
    )


def _meaning(name: str, order: Order) -> str:
    return order.names.get(name, name)


def _chosen(columns: dict[str, str], order: Order) -> dict[str, Any]:
    meant = {_meaning(name, order): name for name in columns}
    if not any(name in meant for name in IDS):
        raise Refusal(
            "label_ids_missing",
            _("No column says which request a label belongs to; there are: %(names)s.") % {"names": ", ".join(columns)},
            hint=_("Name one request_id or correlation_id."),
            status=422,
        )
    labels = [name for name in columns if _meaning(name, order) not in (*IDS, "row")]
    if not labels:
        raise Refusal("labels_missing", _("The file has no column with labels."), hint=_("Add one."), status=422)
    return {"meant": meant, "labels": labels}


def _sql(order: Order, source: str, found: dict[str, Any], columns: dict[str, str], kinds: dict[str, str]) -> str:
    meant = found["meant"]
    request, correlation = (
        f"COALESCE(CAST({quoted(meant[name])} AS VARCHAR), '')" if name in meant else "''" for name in IDS
    )
    row = f"COALESCE(CAST({quoted(meant['row'])} AS INTEGER), 0)" if "row" in meant else "0"
    labels = ", ".join(
        f"CAST({_comparable(name, columns[name], kinds[name])} AS {TYPES[kinds[name]]})"
        f" AS {quoted('labels.' + _label(name))}"
        for name in found["labels"]
    )
    assert order.start is not None
    base = round(order.start.timestamp() * 1_000_000)
    return (
        f"SELECT {request} AS request_id, CASE WHEN {request} <> '' THEN '' ELSE {correlation} END AS correlation_id,"
        f' {row} AS "row", make_timestamptz({base} + row_number() OVER () - 1) AS "at", \'\' AS deployment,'
        f" '' AS model, FALSE AS is_mirrored, row_number() OVER () AS \"$key\", 'labels' AS \"$designations\", {labels}"
        f" FROM {source}"
    )


def _filled(connection: duckdb.DuckDBPyConnection, source: str, labels: list[str]) -> list[str]:
    """Those with any value: of a column without one nobody knows what it holds."""
    counts = ", ".join(f"count({quoted(name)})" for name in labels)
    rows, *filled = connection.execute(f"SELECT count(*), {counts} FROM {source}").fetchone() or (0,)
    found = [name for name, count in zip(labels, filled, strict=True) if count]
    if rows and not found:
        message = _("The file has no label: %(names)s is empty in each row.") % {"names": ", ".join(labels)}
        raise Refusal("labels_missing", message, hint=_("Send labels as soon as they are known."), status=422)
    return found or labels


def _label(name: str) -> str:
    return name.removeprefix("labels.")


def _wanted(type_: str, before: str | None) -> str:
    """A column stays what it was; a number may get a fraction."""
    given = _kind(type_)
    return "decimal" if (before, given) in (("integer", "decimal"), ("integer", "string")) else before or given


def _check_kinds(
    connection: duckdb.DuckDBPyConnection, source: str, columns: dict[str, str], kinds: dict[str, str]
) -> None:
    """One word among numbers would make all labels of the column text, and what is trained on them."""
    for name, kind in kinds.items():
        given = _comparable(name, columns[name], kind)
        cast = f"TRY_CAST({given} AS {TYPES[kind]})"
        numbered = f"SELECT row_number() OVER () AS nth, {given} AS value, {cast} AS cast_value FROM {source}"
        bad = f"SELECT nth, CAST(value AS VARCHAR) FROM ({numbered}) WHERE value IS NOT NULL AND cast_value IS NULL"
        found = connection.execute(f"{bad} ORDER BY nth LIMIT 1").fetchone()
        if found:
            raise other_kind(number=found[0], column=_label(name), value=found[1], kind=kind)


def _comparable(name: str, type_: str, kind: str) -> str:
    """As text where the kinds differ, for that is read with care: 2 is no truth value and 5 no date."""
    given = _kind(type_)
    if given == kind or (kind in NUMBERS and given in (*NUMBERS, "boolean")):
        return quoted(name)
    return f"CAST({quoted(name)} AS VARCHAR)"


def _check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    bad = "request_id = '' AND correlation_id = ''"
    counted = f'SELECT count(*), count(*) FILTER (WHERE {bad}), min("$key") FILTER (WHERE {bad}) FROM ({sql})'
    rows, without, first = connection.execute(counted).fetchone() or (0, 0, None)
    if not rows:
        raise Refusal(
            "labels_missing", _("The file has no rows."), hint=_("Each row is a label of a request."), status=422
        )
    if without:
        raise Refusal(
            "label_invalid",
            _("%(without)s of %(rows)s rows name no request; the first is row %(first)s.")
            % {"without": without, "rows": rows, "first": first},
            hint=_("Give each its request_id or correlation_id. Nothing of this file was kept."),
            status=422,
        )


def _kind(type_: str) -> str:
    if type_ == "BOOLEAN":
        return "boolean"
    if type_.rstrip("0123456789").removeprefix("U") in ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "INT"):
        return "decimal" if "HUGEINT" in type_ or type_ == "UBIGINT" else "integer"
    if type_ in ("DOUBLE", "FLOAT") or type_.startswith("DECIMAL"):
        return "decimal"
    return "date" if type_.startswith(("TIMESTAMP", "DATE")) else "string"


def _moment(at: datetime) -> str:
    return f"make_timestamptz({round(at.astimezone(UTC).timestamp() * 1_000_000)})"
