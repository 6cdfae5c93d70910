"""A client of dulwich that connects to judged addresses only, follows no redirect and reads no configuration."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mlops.repositories.git.orders import Login, Place

SECONDS = 30.0


class Connected:
    """`client` and the `path` that it is asked for. `host_key` is known after the first call by SSH."""

    def __init__(self, client: Any, path: str, vendor: Any = None) -> None:
        self.client, self.path, self._vendor = client, path, vendor

    @property
    def host_key(self) -> str:
        return self._vendor.shown if self._vendor else ""


def connect(place: Place, login: Login) -> Connected:
    if place.scheme == "file":
        from dulwich.client import LocalGitClient

        return Connected(LocalGitClient(), place.path)
    if place.scheme == "ssh":
        return _by_ssh(place, login)
    return _by_http(place, login)


def _by_ssh(place: Place, login: Login) -> Connected:
    from dulwich.client import SSHGitClient

    from mlops.repositories.git.ssh import Vendor

    vendor: Any = Vendor(place, login)
    client = SSHGitClient(place.host, port=place.port, username=place.user or "git", vendor=vendor)
    return Connected(client, place.path, vendor)


def _by_http(place: Place, login: Login) -> Connected:
    from dulwich.client import Urllib3HttpGitClient

    from mlops.repositories.git.pinned import pool_for

    host = f"[{place.host}]" if ":" in place.host else place.host
    base = f"{place.scheme}://{host}:{place.port}/"
    known: Any = {"username": login.user or "git", "password": login.token} if login.token else {}
    client = Urllib3HttpGitClient(base, pool_manager=pool_for(place), timeout=SECONDS, **known)
    return Connected(client, quote(place.path, safe="/~+@:%"))
