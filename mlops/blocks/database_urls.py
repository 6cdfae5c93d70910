"""The address of a database that somebody gave, without settings by which its driver would read files of this machine,
give them to the server that it calls, load a library, or call another server than the one that was judged."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mlops.blocks.fetching import judged_address
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

KEPT = {
    "postgresql": ("sslmode", "options", "application_name"),
    "postgres": ("sslmode", "options", "application_name"),
    "mysql": ("charset",),
    "mariadb": ("charset",),
    "mssql": ("charset", "driver", "Encrypt", "TrustServerCertificate"),
}
DRIVERS = {"postgresql": "psycopg", "postgres": "psycopg", "mysql": "pymysql", "mariadb": "pymysql", "mssql": "pymssql"}
PORTS = {"postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433}
CONNECT_SECONDS = 20


def kind_of(url: Any) -> str:
    """Such as `mysql`, however it is written."""
    return str(url.get_backend_name()).lower()


def plain_url(url: Any) -> Any:
    """An URL of SQLAlchemy's with the settings that are harmless; of other databases as it is."""
    kept = KEPT.get(kind_of(url))
    if kept is None:
        return url
    return url.set(query={key: value for key, value in url.query.items() if key in kept and "/" not in str(value)})


def driven(url: Any) -> Any:
    """By the driver that is foreseen for its kind."""
    kind = kind_of(url)
    return url.set(drivername=f"{'postgresql' if kind == 'postgres' else kind}+{DRIVERS[kind]}")


def judged(url: Any, *, told: str, private_hosts: Collection[str]) -> str:
    """The address that a server's name leads to; without one it is this machine's. `told`: for a refusal.

    Raises Refusal."""
    return judged_address(url.host or "localhost", url.port or PORTS[kind_of(url)], told, private_hosts)


def pinned(url: Any, address: str) -> tuple[Any, dict[str, Any]]:
    """URL and arguments of a connection to that address, whatever the name says by now."""
    if kind_of(url) in ("postgresql", "postgres"):  # its library looks names up by itself, or takes a socket
        return url, {"hostaddr": address, "connect_timeout": CONNECT_SECONDS}
    return url.set(host=address), {}


def engine_of(url: Any, arguments: dict[str, Any]) -> Any:
    """Raises Refusal `driver_missing`."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        return create_engine(url, poolclass=NullPool, connect_args=arguments)
    except (ImportError, NoSuchModuleError) as error:
        raise Refusal(
            "driver_missing",
            _("There is no driver for this database here: %(splitlines)s") % {"splitlines": str(error).splitlines()[0]},
            hint=_("Install it beside the product, such as psycopg[binary] for PostgreSQL or pymysql for MySQL."),
            status=501,
        ) from error


def said(error: BaseException, *, secrets: Collection[str]) -> str:
    """The first line of what a database says, without the secrets."""
    told = (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0][:300]
    for secret in secrets:
        told = told.replace(secret, "•••") if secret else told
    return told
