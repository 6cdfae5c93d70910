"""PostgreSQL by its own programs. Passwords go by the environment, where lists of processes do not show them."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from mlops.administration.backups import places
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _


@contextmanager
def dumped(url: str, path: Path) -> Iterator[Any]:
    """Writes the dump to `path`; gives a cursor that still sees the very same state, whatever is written meanwhile."""
    program = _program("pg_dump")
    import psycopg

    with psycopg.connect(url) as link, link.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = cursor.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = row[0] if row else ""
        words = [program, "--format=custom", "--no-owner", f"--exclude-schema={places.ASIDE}*"]
        _run([*words, f"--snapshot={snapshot}", f"--file={path}"], url)
        yield cursor


def refuse_filled(url: str) -> None:
    """Raises Refusal `database_not_empty`: nothing in a database is ever removed to make room."""
    import psycopg

    with psycopg.connect(url) as link:
        row = link.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
        ).fetchone()
    if row and row[0]:
        raise Refusal(
            "database_not_empty",
            _("The database that MLOPS_DATABASE_URL names has %(row)s tables.") % {"row": row[0]},
            hint=_("Create an empty one, and name it in MLOPS_DATABASE_URL."),
            status=409,
        )


@contextmanager
def copy_for_a_while(url: str) -> Iterator[str]:
    """The address of an empty database beside that of `url`, on the same server; it is removed at the end. Raises
    Refusal `copy_impossible` where the role may not make one."""
    import psycopg
    from psycopg import sql

    name = f"mlops_upgrade_{secrets.token_hex(6)}"
    make = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    remove = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(url, autocommit=True) as link:
        try:
            link.execute(make)
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refusal(
                "copy_impossible",
                _("The role of MLOPS_DATABASE_URL may not make a database for the copy."),
                hint=_("Let it: ALTER ROLE … CREATEDB. Or restore a backup into an empty database, and try it there."),
                status=409,
            ) from error
    try:
        yield _of_database(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as link:
            link.execute(remove)


@contextmanager
def emptied(url: str, *, mark: str) -> Iterator[None]:
    """What is there goes into the schema `mark` of the same database, and nothing of it is removed; it comes back where
    what is done meanwhile fails."""
    import psycopg
    from psycopg import sql

    aside, here = sql.Identifier(mark), sql.Identifier("public")
    rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
    with psycopg.connect(url) as link:
        link.execute(rename.format(here, aside))
        link.execute(sql.SQL("CREATE SCHEMA {}").format(here))
    try:
        yield
    except BaseException:
        with psycopg.connect(url) as link:
            link.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(here))
            link.execute(rename.format(aside, here))
        raise


def _of_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def load(url: str, dump: Path) -> None:
    """All of it or nothing."""
    words = [_program("pg_restore"), "--no-owner", "--exit-on-error", "--single-transaction"]
    _run([*words, f"--dbname={_variables(url)['PGDATABASE']}", str(dump)], url)


def _run(words: list[str], url: str) -> None:
    done = subprocess.run(words, env={**os.environ, **_variables(url)}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refusal(
            "database_program_failed",
            _("%(name)s failed: %(stderr)s") % {"name": Path(words[0]).name, "stderr": done.stderr.strip()[:1000]},
            hint=_("Its version must be at least that of the server."),
        )


def _variables(url: str) -> dict[str, str]:
    """As libpq itself reads the address."""
    from psycopg.pq import Conninfo

    told = Conninfo.parse(url.encode())
    return {one.envvar.decode(): one.val.decode() for one in told if one.envvar and one.val}


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Refusal(
            "database_program_missing",
            _("The program %(name)s is not there, which PostgreSQL is copied by.") % {"name": name},
            hint=_(
                "Install PostgreSQL's client programs (Debian: postgresql-client), of the server's version or newer."
            ),
        )
    return found
