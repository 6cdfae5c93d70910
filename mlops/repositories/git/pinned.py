"""Connections of SSH and urllib3 to addresses that were judged before; certificates are checked against the name."""

from __future__ import annotations

import socket
from typing import Any

from mlops.repositories.git.orders import Place


def socket_to(place: Place, timeout: Any) -> socket.socket:
    """To the first of its addresses that answers. Raises OSError of the last."""
    failure: OSError = OSError("there is no address")
    for address in place.addresses:
        try:
            return socket.create_connection((address, place.port), timeout)
        except OSError as error:
            failure = error
    raise failure


def pool_for(place: Place) -> Any:
    import urllib3
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _tried(self, place)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _tried(self, place)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Pools(urllib3.PoolManager):
        def urlopen(self, method: str, url: str, redirect: bool = True, **words: Any) -> Any:  # type: ignore[override]
            """A redirect is an answer like any other."""
            return super().urlopen(method, url, redirect=False, **words)

    pools = Pools(headers={"User-Agent": "git/mlops-studio"}, retries=False)
    pools.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pools


def _tried(connection: Any, place: Place) -> socket.socket:
    from urllib3.exceptions import NewConnectionError

    try:
        return socket_to(place, connection.timeout)
    except OSError as error:
        raise NewConnectionError(connection, f"{connection.host} does not answer: {error}") from error
