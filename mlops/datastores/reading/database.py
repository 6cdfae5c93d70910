"""A table or a read-only query of a database, written as Parquet piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlops.blocks.database_urls import DRIVERS, driven, engine_of, judged, kind_of, pinned, plain_url, said
from mlops.datastores.reading.order import Order, Seen, require_room
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _

QUERY = "query:"
PIECE_ROWS = 100_000
READS = re.compile(r"\s*(--[^\n]*\n\s*)*(select|with|values|table)\b", re.IGNORECASE)
TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,127}(\.[A-Za-z_][A-Za-z0-9_$]{0,127}){0,2}")


def look(order: Order) -> list[Seen]:
    """That it can be reached, and that the table is there. Rows alone tell whether they changed: there is no mark."""
    from sqlalchemy import text

    with _connected(order) as connection:
        if not order.at.strip("/"):
            connection.execute(text("SELECT 1"))
        else:
            _statement(order, connection)
    return [Seen(path="data.parquet", size_bytes=0)]


def fetch(order: Order) -> list[Seen]:
    """Raises Refusal `query_failed`, `query_writes`, `table_unknown`, `driver_missing`."""
    import polars as pl

    folder = Path(order.path)
    parts: list[Path] = []
    with _connected(order) as connection:
        pieces = _asked(lambda: pl.read_database(
            _statement(order, connection), connection, iter_batches=True, batch_size=PIECE_ROWS,
            execute_options={}, infer_schema_length=None,
        ), order)  # fmt: skip
        schema = None
        for piece in pieces:
            frame = piece if schema is None else piece.cast(schema)
            schema = frame.schema
            parts.append(folder / f"part-{len(parts):05}.parquet")
            frame.write_parquet(parts[-1])
            require_room(order, 1, sum(part.stat().st_size for part in parts))
    target = folder / "data.parquet"
    if not parts:
        raise Refusal("query_empty", _("The query gave no rows."), hint=_("Try it in the database."), status=422)
    pl.scan_parquet(parts).sink_parquet(target)
    for part in parts:
        part.unlink()
    return [Seen(path=target.name, size_bytes=target.stat().st_size)]


def _statement(order: Order, connection: Any) -> str:
    """A query as it was given, or one for a table of the database. Raises Refusal."""
    at = order.at.strip("/")
    if at.startswith(QUERY):
        query = at.removeprefix(QUERY).strip().rstrip(";")
        if not READS.match(query) or ";" in query:
            raise Refusal(
                "query_writes",
                _("Only one statement that reads is run: it begins with SELECT, WITH, VALUES or TABLE."),
                hint=_("Leave the semicolon out, and write what changes data in the database itself."),
                status=422,
            )
        return query
    name = at.replace("/", ".")
    if not TABLE.fullmatch(name):
        hint = _("Such as paths/schema.table, or a query.")
        raise Refusal(
            "table_unknown", _("“%(at)s” cannot be the name of a table.") % {"at": at[:200]}, hint=hint, status=422
        )
    from sqlalchemy import inspect

    schema, _dot, table = name.rpartition(".")
    seen = inspect(connection)
    known = [*seen.get_table_names(schema=schema or None), *seen.get_view_names(schema=schema or None)]
    if table not in known:
        hint = nearest(table, known) or (_("There are: %(join)s.") % {"join": ", ".join(known[:20]) or _("none")})
        raise Refusal(
            "table_unknown", _("The database has no table “%(name)s”.") % {"name": name}, hint=hint, status=404
        )
    quote = connection.dialect.identifier_preparer.quote
    return "SELECT * FROM " + ".".join(quote(part) for part in name.split("."))


@contextmanager
def _connected(order: Order) -> Iterator[Any]:
    """A connection that can only read, where the database knows such a thing."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    engine = engine_of(*_reached(order))
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
                connection.commit()
            elif connection.dialect.name in ("mysql", "mariadb"):
                connection.execute(text("SET SESSION TRANSACTION READ ONLY"))
            yield connection
    except SQLAlchemyError as error:
        raise _failed(error, order) from error
    finally:
        engine.dispose()


def _reached(order: Order) -> tuple[Any, dict[str, Any]]:
    """URL and arguments of a connection to the server that was judged."""
    url = _url(order)
    if isinstance(url, str) or kind_of(url) not in DRIVERS:
        return url, {}
    address = judged(url, told=url.host or "localhost", private_hosts=order.private_hosts)
    if kind_of(url) == "mssql":  # Azure's gateway knows the server by the name that it is called by
        return url, {}
    return pinned(url, address)


def _url(order: Order) -> Any:
    from sqlalchemy.engine import make_url

    url = plain_url(make_url(order.settings["url"]))
    if kind_of(url) == "sqlite":
        return f"sqlite:///file:{_sqlite_file(order, url)}?mode=ro&uri=true"
    if kind_of(url) in DRIVERS and "+" not in url.drivername:
        url = driven(url)
    return url.set(password=order.secrets["password"]) if "password" in order.secrets else url


def _sqlite_file(order: Order, url: Any) -> Path:
    """Below a root that an administrator allows, as any folder of the server."""
    place = Path(url.database or "").resolve()
    if not any(place.is_relative_to(Path(root).resolve()) for root in order.roots):
        raise Refusal(
            "folder_not_allowed",
            _("The file of the database is not in a folder that may be read."),
            hint=_("An administrator names the folders in MLOPS_DATASTORE_ROOTS."),
            status=403,
        )
    return place


def _asked(act: Any, order: Order) -> Iterator[Any]:
    from polars.exceptions import PolarsError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield from act()
    except (SQLAlchemyError, PolarsError, ValueError, TypeError) as error:
        raise _failed(error, order) from error


def _failed(error: BaseException, order: Order) -> Refusal:
    told = said(error, secrets=order.secrets.values())
    return Refusal(
        "query_failed",
        _("The database says: %(told)s") % {"told": told},
        hint=_("Try the query and the login in the database."),
        status=422,
    )
