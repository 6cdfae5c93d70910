"""Which store lies at an address: a database, a folder, a zip of either, or a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from mlops.blocks.database_urls import driven, engine_of, judged, pinned, plain_url, said
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext as _
from mlops.mlflow_stores.places import Folders
from mlops.mlflow_stores.values import Store

DATABASES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb", "mssql")
SQLITE_HEAD = b"SQLite format 3\0"
MOST_FOLDERS = 5_000
"""That are looked through for the store in an archive."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """`address`: `sqlite:///…`, `postgresql://…`, `http(s)://…`, a folder or a file. `secret`: a token, or the password
    of `user`."""

    address: str
    user: str = ""
    secret: str = ""
    files: str = ""
    """The folder where the store's files lie now, where that is another than the store says."""
    roots: tuple[str, ...] = ()
    """Folders of this machine that may be read."""
    private_hosts: tuple[str, ...] = ()


@contextmanager
def opened(where: Address) -> Iterator[Store]:
    """Raises Refusal."""
    scheme = urlsplit(where.address).scheme.lower().partition("+")[0]
    if scheme in ("http", "https"):
        from mlops.mlflow_stores.server import Server

        yield Server(where)
    elif scheme in DATABASES:
        with _database(where, scheme) as store:
            yield store
    elif scheme in ("", "file") or len(scheme) == 1:
        path = Path(unquote(urlsplit(where.address).path) if scheme == "file" else where.address)
        with _local(where, path.resolve()) as store:
            yield store
    else:
        raise Refusal(
            "source_unknown",
            _("“%(address)s” is no store of MLflow's that can be read.") % {"address": where.address[:200]},
            hint=_("Give sqlite:///FILE, postgresql://USER@HOST/NAME, http(s)://HOST:PORT, or the folder mlruns."),
            status=422,
            where=Where(parameter="source", value=where.address[:200]),
        )


@contextmanager
def _local(where: Address, path: Path) -> Iterator[Store]:
    from mlops.mlflow_stores.file_store import FileStore, is_file_store

    _require_allowed(where, path)
    if not path.exists():
        raise Refusal(
            "source_missing", _("There is nothing at “%(address)s”.") % {"address": where.address[:200]}, status=404
        )
    found = path if path.is_file() or is_file_store(path) else store_below(path)
    if found is None:
        raise Refusal(
            "no_mlflow_store",
            _("There is neither a file store nor a database of MLflow's in “%(name)s”.") % {"name": path.name},
            hint=_("Name the folder `mlruns` (the one that holds `0`), or the file mlflow.db."),
            status=422,
        )
    if found.is_file():
        with _connected(f"sqlite:///file:{quoted(found)}?mode=ro&uri=true", {}) as connection:
            yield _database_of(connection, where, [found.parent])
    else:
        yield FileStore(found, _folders(where, [found, found.parent]))


def store_below(root: Path) -> Path | None:
    """The database, else the file store, that lies highest below a folder: a database may have `mlruns` beside it."""
    from mlops.mlflow_stores.file_store import is_file_store

    waiting, seen = [root], 0
    while waiting and seen < MOST_FOLDERS:
        level, waiting = waiting, []
        for folder in level:
            entries = sorted(one for one in folder.iterdir() if not one.is_symlink())
            for file in entries:
                if file.is_file() and file.suffix in (".db", ".sqlite", ".sqlite3") and is_tracking_database(file):
                    return file
            seen += 1
            waiting += [one for one in entries if one.is_dir()]
        for folder in level:
            if is_file_store(folder):
                return folder
    return None


def is_tracking_database(file: Path) -> bool:
    import sqlite3

    with file.open("rb") as source:
        if source.read(len(SQLITE_HEAD)) != SQLITE_HEAD:
            return False
    try:
        connection = sqlite3.connect(f"file:{quoted(file)}?mode=ro", uri=True)
        try:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        finally:
            connection.close()
    except sqlite3.Error:
        return False
    return {"experiments", "runs"} <= names


@contextmanager
def _database(where: Address, scheme: str) -> Iterator[Store]:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(where.address)
    except ArgumentError as error:
        raise Refusal(
            "source_unknown",
            _("“%(address)s” is no address of a database.") % {"address": where.address[:200]},
            status=422,
        ) from error
    if scheme == "sqlite":
        file = Path(url.database or "").resolve()
        _require_allowed(where, file)
        if not file.is_file():
            raise Refusal(
                "source_missing", _("There is no file “%(database)s”.") % {"database": url.database or ""}, status=404
            )
        with _connected(f"sqlite:///file:{quoted(file)}?mode=ro&uri=true", {}) as connection:
            yield _database_of(connection, where, [file.parent])
        return
    url = driven(plain_url(url))
    url = url.set(username=where.user) if where.user else url
    url = url.set(password=where.secret) if where.secret else url
    address = judged(url, told=where.address.partition("@")[2], private_hosts=where.private_hosts)
    url, options = pinned(url, address)
    with _connected(url, options, secret=where.secret or str(url.password or "")) as connection:
        yield _database_of(connection, where, [])


def _database_of(connection: Any, where: Address, bases: list[Path]) -> Store:
    from mlops.mlflow_stores.database import Database

    return Database(connection, _folders(where, bases))


@contextmanager
def _connected(url: Any, options: dict[str, Any], *, secret: str = "") -> Iterator[Any]:
    """A connection that can only read, and sees one state of the database from beginning to end."""
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    engine = engine_of(url, options)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            elif connection.dialect.name in ("mysql", "mariadb"):
                connection.execute(text("SET SESSION TRANSACTION READ ONLY"))
            yield connection
    except SQLAlchemyError as error:
        raise Refusal(
            "source_unreadable",
            _("The database says: %(said)s") % {"said": said(error, secrets=[secret])},
            hint=_("Check its address, the login, and that it is the one of MLflow's tracking server."),
            status=422,
        ) from error
    finally:
        engine.dispose()


def _folders(where: Address, bases: list[Path]) -> Folders:
    roots = [Path(root) for root in where.roots]
    if where.files:
        told = Path(where.files)
        _require_allowed(where, told.resolve())
        bases = [told, *bases]
    return Folders(bases, roots)


def _require_allowed(where: Address, path: Path) -> None:
    if not any(path.is_relative_to(Path(root).resolve()) for root in where.roots):
        raise Refusal(
            "folder_not_allowed",
            _("“%(path)s” of the server is not in a folder that may be read.") % {"path": path},
            hint=(
                _(
                    "An administrator names folders in MLOPS_DATASTORE_ROOTS. What lies on your own "
                    "machine is brought by `mlops import mlflow PATH` there, or uploaded as a zip."
                )
            ),
            status=403,
        )


def quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path))
