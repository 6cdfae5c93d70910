"""Where a server keeps its things, told by the settings alone: no Django, so that nothing is made by looking."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from mlops import env
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

LEFT_OUT = frozenset(
    (
        "alive", "batch", "blobs", "broker", "conversions", "environments", "greeting.json", "imports", "logs",
        "processes.json", "maintenance.json", "monitoring", "router-stats", "routing.json", "scans", "serving",
        "serving-plan.json", "serving-state.json", "static", "steps", "up.lock", "uploads", "worker-pulse",
    )
)  # fmt: skip
"""Of the data directory: what is made anew from the database and the blobs, what is under way, and logs."""
OF_ROUTERS = ("processes-", "routing-", "router-stats-", "serving-state-")
"""And what routers that share it write there, each under a name of its own."""
ASIDE = "before-restore-"
UPGRADES = "before-upgrade"
"""The folder with the backups that upgrades took; it stays where it is."""
STAGE = ".restoring"


def database_file() -> Path | None:
    """SQLite's file; None where another database is set."""
    url = env.read("MLOPS_DATABASE_URL")
    if not url:
        return env.data_dir() / "db.sqlite3"
    return Path(url.removeprefix("sqlite:///")).absolute() if url.startswith("sqlite") else None


def existing_database() -> Path | None:
    """As `database_file`. Raises Refusal `database_missing` where SQLite's is not there."""
    file = database_file()
    if file is not None and not file.exists():
        raise Refusal(
            "database_missing",
            _("There is no database %(file)s.") % {"file": file},
            hint=_("Name the server's directory with --data-dir."),
            status=404,
        )
    return file


def postgres_url() -> str:
    """Raises Refusal `database_unknown` for a database that is neither."""
    url = env.read("MLOPS_DATABASE_URL")
    if not urlsplit(url).scheme.startswith("postgres"):
        raise Refusal(
            "database_unknown",
            _("MLOPS_DATABASE_URL has the scheme “%(scheme)s”.") % {"scheme": urlsplit(url).scheme},
            hint=_("Backups are taken of SQLite and PostgreSQL."),
        )
    return url


def other_store() -> bool:
    """Whether blobs are outside the data directory."""
    return bool(env.read("MLOPS_STORAGE_URL"))


def belongs(name: str, *, folder: Path) -> bool:
    """Whether an entry at the top of the data directory goes into a backup."""
    database = database_file()
    is_database = database is not None and folder == database.parent and name.startswith(database.name)
    return not (name in LEFT_OUT or name == UPGRADES or name.startswith((".", ASIDE, *OF_ROUTERS)) or is_database)
