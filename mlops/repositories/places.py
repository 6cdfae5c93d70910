"""Where a repository lies: its address read, and judged before each call."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from mlops.alerts.outside import judged
from mlops.datastores.fetching import roots
from mlops.formats.refusal import Refusal, Where
from mlops.repositories.git.orders import Place
from mlops.repositories.models import Host

PORTS = {"https": 443, "http": 80, "ssh": 22}
SHORT = re.compile(r"(?:(?P<user>[\w.-]+)@)?(?P<host>\w[\w.-]*):(?P<path>[^/\\].*)")
"""git@host:path"""
HOSTS = {"github.com": Host.GITHUB, "gitlab.com": Host.GITLAB, "codeberg.org": Host.GITEA, "gitea.com": Host.GITEA}


def read(url: str) -> Place:
    """Nothing is looked up. Raises Refusal `url_invalid`."""
    text = url.strip()
    short = SHORT.fullmatch(text) if "://" not in text else None
    if short:
        return Place(
            scheme="ssh", host=short["host"].lower(), port=22, path=_path(url, short["path"]), user=short["user"] or ""
        )
    try:
        parts = urlsplit(text)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise _invalid(url, _("The address is not well formed: %s.") % error) from error
    if parts.scheme == "file" and not parts.netloc:
        return Place(scheme="file", path=_path(url, unquote(parts.path)))
    is_host = bool(parts.hostname) and not str(parts.hostname).startswith("-")
    if parts.scheme not in PORTS or not is_host or parts.query or parts.fragment:
        raise _invalid(url, _("“%s” is no address of a repository.") % text[:200])
    if parts.password or (parts.username and parts.scheme != "ssh"):
        raise _invalid(url, _("The address holds a login, which logs would show."), hint=_("Give the token by itself."))
    return Place(
        scheme=parts.scheme,
        host=str(parts.hostname).lower(),
        port=port,
        path=_path(url, unquote(parts.path)),
        user=parts.username or "",
    )


def reachable(url: str) -> Place:
    """The place with the addresses that may be connected to. Raises Refusal as `read` and `judged` do, and
    `path_closed` for a folder that the server may not read."""
    import msgspec

    place = read(url)
    if place.scheme == "file":
        _require_open(url, place.path)
        return place
    checked = judged(place.host, place.port, url=url, is_encrypted=place.scheme != "http")
    return msgspec.structs.replace(place, addresses=checked.addresses)


def host_of(place: Place) -> Host:
    """Which product answers there, by its name."""
    if place.host in HOSTS:
        return HOSTS[place.host]
    for word, host in (
        ("github", Host.GITHUB),
        ("gitlab", Host.GITLAB),
        ("gitea", Host.GITEA),
        ("forgejo", Host.GITEA),
    ):
        if word in place.host:
            return host
    return Host.PLAIN


def slug_of(place: Place) -> str:
    """Such as `team/churn`."""
    return place.path.strip("/").removesuffix(".git")


def _path(url: str, path: str) -> str:
    path = path.rstrip("/")
    if not path.strip("/") or len(path) > 400 or any(ord(letter) < 32 for letter in path) or ".." in path.split("/"):
        raise _invalid(url, _("The address names no repository."))
    return path


def _require_open(url: str, path: str) -> None:
    place = Path(path).resolve()
    if not any(place.is_relative_to(Path(root).resolve()) for root in roots()):
        raise Refusal(
            "path_closed",
            _("The server may not read “%s”.") % path[:200],
            hint=_("An administrator can open folders by MLOPS_DATASTORE_ROOTS."),
            status=422,
            where=Where(parameter="url"),
        )


def _invalid(url: str, message: str, **more: Any) -> Refusal:
    hint = more.get("hint") or _("Such as https://github.com/team/churn.git or git@gitlab.com:team/churn.git.")
    return Refusal("url_invalid", message, hint=hint, status=422, where=Where(parameter="url", value=url[:200]))
