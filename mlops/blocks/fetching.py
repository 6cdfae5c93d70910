"""Fetches a file over HTTP from public addresses only, so that a pipeline cannot be used to look into the network of
the server.

The address is looked up once, judged, and then connected to by number; every redirect is judged anew."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from mlops.formats.addresses import is_public
from mlops.formats.refusal import Refusal, Where
from mlops.formats.spoken import gettext

MOST_REDIRECTS = 5
CONNECT_SECONDS = 20.0
WHOLE_SECONDS = 1_800.0
CHUNK_BYTES = 1 << 20
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    path: Path
    url: str
    """After redirects."""
    content_type: str
    mark: str = ""
    """The entity tag, or else the time of the last change, where the server tells one."""


@dataclass(frozen=True, kw_only=True)
class Told:
    size_bytes: int
    mark: str


def head(url: str, *, private_hosts: Collection[str] = (), token: str = "") -> Told:
    """What the server tells about the file, without its content. Raises Refusal."""
    for _ in range(MOST_REDIRECTS + 1):
        connection = connection_to(url, private_hosts)
        try:
            answer = _asked(connection, url, method="HEAD", token=token)
            if answer.status in REDIRECTS:
                url, token = _next(url, answer, token)
                continue
            if answer.status != http.client.OK:
                raise _failed(
                    url,
                    gettext("The server answered with %(status)s %(reason)s.")
                    % {"status": answer.status, "reason": answer.reason},
                )
            length = answer.headers.get("Content-Length", "")
            return Told(size_bytes=int(length) if length.isdecimal() else 0, mark=_mark(answer))
        except (OSError, http.client.HTTPException) as error:
            raise _failed(
                url, gettext("The transfer broke off: %(error)s.") % {"error": error or type(error).__name__}
            ) from error
        finally:
            connection.close()
    raise _failed(
        url, gettext("There are more than %(most_redirects)s redirects.") % {"most_redirects": MOST_REDIRECTS}
    )


def fetch(
    url: str,
    target: Path,
    *,
    most_bytes: int,
    private_hosts: Collection[str] = (),
    progress: Callable[[float], None] = lambda share: None,
    token: str = "",
) -> Fetched:
    """`private_hosts`: names that may lead to addresses that are not public. `token`: sent to the first host alone.

    Raises Refusal."""
    deadline = time.monotonic() + WHOLE_SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        connection = connection_to(url, private_hosts)
        try:
            answer = _asked(connection, url, token=token)
            if answer.status in REDIRECTS:
                url, token = _next(url, answer, token)
                continue
            if answer.status != http.client.OK:
                message = gettext("The server answered with %(status)s %(reason)s.") % {
                    "status": answer.status,
                    "reason": answer.reason,
                }
                raise _failed(url, message, hint=gettext("Open the address in a browser to see what is wrong."))
            _kept(answer, target, url, most_bytes=most_bytes, deadline=deadline, progress=progress)
            return Fetched(path=target, url=url, content_type=answer.headers.get_content_type(), mark=_mark(answer))
        except (OSError, http.client.HTTPException) as error:
            raise _failed(
                url, gettext("The transfer broke off: %(error)s.") % {"error": error or type(error).__name__}
            ) from error
        finally:
            connection.close()
    raise _failed(
        url, gettext("There are more than %(most_redirects)s redirects.") % {"most_redirects": MOST_REDIRECTS}
    )


def connection_to(url: str, private_hosts: Collection[str]) -> http.client.HTTPConnection:
    """To the address that was judged, not opened yet. Raises Refusal."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _failed(url, gettext("The address is not well formed: %(error)s.") % {"error": error}) from error
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        address = f"{parts.scheme}://{host}" if parts.scheme else host
        message = gettext("It leads to “%(address)s”, which cannot be fetched.") % {"address": address}
        raise _failed(url, message)
    address = judged_address(host, port, url, private_hosts)
    kind = _PinnedHttps if parts.scheme == "https" else _PinnedHttp
    return kind(host, port, address=address)


def _next(url: str, answer: http.client.HTTPResponse, token: str) -> tuple[str, str]:
    """Where a redirect leads, and the token if it is the same host over the same protocol."""
    following = urljoin(url, answer.headers.get("Location", ""))
    before, after = urlsplit(url), urlsplit(following)
    is_same = (before.scheme, before.netloc) == (after.scheme, after.netloc)
    return following, token if is_same else ""


def _mark(answer: http.client.HTTPResponse) -> str:
    return answer.headers.get("ETag", "") or answer.headers.get("Last-Modified", "")


def judged_address(host: str, port: int, url: str, private_hosts: Collection[str]) -> str:
    """One public address of the host. Every one that the name leads to must be public."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise _failed(
            url, gettext("The server '%(host)s' is not known.") % {"host": host}, hint=gettext("Check the address.")
        ) from error
    private = [address for address in found if not is_public(address)]
    if private and host.lower() not in private_hosts:
        message = gettext("'%(host)s' leads to %(private)s, which is not a public address.") % {
            "host": host,
            "private": private[0],
        }
        hint = gettext("An administrator can allow this host with MLOPS_IMPORT_PRIVATE_HOSTS.")
        raise Refusal("address_not_public", message, hint=hint, status=422, where=Where(parameter="url", value=url))
    return found[0]


class _PinnedHttp(http.client.HTTPConnection):
    """Connects to the address that was judged, whatever the name says by now."""

    def __init__(self, host: str, port: int, *, address: str) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self.address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _PinnedHttps(_PinnedHttp):
    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _asked(
    connection: http.client.HTTPConnection, url: str, *, method: str = "GET", token: str = ""
) -> http.client.HTTPResponse:
    parts: SplitResult = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in path):
        from urllib.parse import quote

        path = quote(path, safe="/?&=%+:;,@!$'()*~-._[]")
    port = f":{parts.port}" if parts.port else ""
    headers = {"Host": f"{parts.hostname}{port}", "Accept-Encoding": "identity", "User-Agent": "mlops-studio"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection.request(method, path, headers=headers)
    return connection.getresponse()


def _kept(
    answer: http.client.HTTPResponse,
    target: Path,
    url: str,
    *,
    most_bytes: int,
    deadline: float,
    progress: Callable[[float], None],
) -> None:
    length = answer.headers.get("Content-Length", "")
    expected = int(length) if length.isdecimal() else 0
    if expected > most_bytes:
        raise _too_large(url, expected, most_bytes)
    received = 0
    with target.open("wb") as file:
        while chunk := answer.read(CHUNK_BYTES):
            received += len(chunk)
            if received > most_bytes:
                raise _too_large(url, received, most_bytes)
            if time.monotonic() > deadline:
                raise _failed(
                    url,
                    gettext("The transfer took longer than %(whole_seconds)s seconds.")
                    % {"whole_seconds": f"{WHOLE_SECONDS:.0f}"},
                )
            file.write(chunk)
            if expected:
                progress(received / expected)


def _too_large(url: str, size: int, most: int) -> Refusal:
    message = gettext("The file has %(size)s bytes or more; at most %(most)s are fetched.") % {
        "size": f"{size:,}",
        "most": f"{most:,}",
    }
    hint = gettext("Download it, and upload it as a dataset; or an administrator raises MLOPS_IMPORT_MOST_BYTES.")
    return Refusal("file_too_large", message, hint=hint, status=422, where=Where(parameter="url", value=url))


def _failed(url: str, message: str, *, hint: str = "Check the address, and try again later.") -> Refusal:
    return Refusal("download_failed", message, hint=hint, status=422, where=Where(parameter="url", value=url[:200]))
