"""The first member of a backup: what it is of, and what may take it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from packaging.version import Version

import mlops
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

FORMAT = 1
ABOUT, MEMBERS = "about.json", "members.txt"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
BLOBS, FILES = "blobs/", "files/"


class About(msgspec.Struct, frozen=True, kw_only=True):
    format: int = FORMAT
    version: str
    """Of the product."""
    taken_at: datetime
    database: Literal["sqlite", "postgresql"]
    migrations: list[str]
    """Our own that the database has seen, such as `mlops.events.0001_initial`."""
    secret_key: bool
    """Whether it is among the files: not where it was given by MLOPS_SECRET_KEY, or left out."""


def refuse_newer(about: About) -> None:
    """Raises Refusal `backup_newer`: tables that are not known here cannot be used."""
    root = Path(mlops.__file__).resolve().parents[1]
    unknown = [one for one in about.migrations if not _migration_file(root, one).exists()]
    if about.format > FORMAT or Version(about.version) > Version(mlops.__version__) or unknown:
        lacks = f" This one lacks {len(unknown)} of its migrations, such as {unknown[0]}." if unknown else ""
        raise Refusal(
            "backup_newer",
            _("The backup is of MLOps Studio %(version)s, which is newer than this one (%(mlops_version)s).%(lacks)s")
            % {"version": about.version, "mlops_version": mlops.__version__, "lacks": lacks},
            hint=_("Install the version that it is of, or a newer one, then restore it."),
            status=409,
        )


def _migration_file(root: Path, name: str) -> Path:
    package, _, migration = name.rpartition(".")
    return root.joinpath(*package.split("."), "migrations", f"{migration}.py")
