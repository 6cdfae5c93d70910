"""Which logs there are: files of the data directory's folder, by name; nothing outside of it can be asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.formats.refusal import Refusal, nearest

STEPS = "steps"
"""The lines of all steps, which are rows."""
ALL = "all"
"""All of them, for one id."""
FILE = re.compile(r"(?P<base>[A-Za-z0-9_][A-Za-z0-9._-]*)\.log(?P<old>\.\d+)?")
SERVER = re.compile(r"(?P<id>[0-9a-f]{8}-[0-9a-f-]{27})(-(?P<replica>\d+))?(_(?P<router>.+))?")


class LogFile(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    bytes: int
    changed_at: datetime


def files() -> list[LogFile]:
    """Ours first, then those of the servers of deployments."""
    found = [(path, match) for path in _folder().glob("*.log*") if (match := _is_log(path))]
    ids = {server["id"] for _path, match in found if (server := SERVER.fullmatch(match["base"]))}
    names = {
        str(one.pk): f"{one.endpoint.name}/{one.name}"
        for one in Deployment.objects.filter(pk__in=ids).select_related("endpoint")
    }
    lines = [_line(path, match, names) for path, match in found]
    return sorted(lines, key=lambda one: (SERVER.match(one.name) is not None, one.title, one.name))


def path_of(name: str) -> Path:
    """Raises Refusal `not_found` for what is no log in the folder."""
    path = _folder() / name
    if "/" in name or not _is_log(path):
        known = [one.name for one in files()]
        raise Refusal("not_found", _("There is no log “%s”.") % name[:80], hint=nearest(name, known), status=404)
    return path


def _is_log(path: Path) -> re.Match[str] | None:
    match = FILE.fullmatch(path.name)
    return match if match and path.is_file() and not path.is_symlink() else None


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "logs"


def _line(path: Path, match: re.Match[str], names: dict[str, str]) -> LogFile:
    facts = path.stat()
    title = {"web": _("Pages and API"), "worker": _("Worker"), "router": _("Router"), "up": "mlops up"}.get(
        match["base"], match["base"]
    )
    if server := SERVER.fullmatch(match["base"]):
        title = _("Deployment %s") % names.get(server["id"], server["id"])
        title += f" ({server['replica']})" if server["replica"] else ""
        title += f", {server['router']}" if server["router"] else ""
    if match["old"]:
        title = _("%s, before") % title
    return LogFile(
        name=path.name, title=title, bytes=facts.st_size, changed_at=datetime.fromtimestamp(facts.st_mtime, UTC)
    )
