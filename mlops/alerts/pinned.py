"""One HTTP exchange with an address that was judged before, whatever the name says by now."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore
from django.utils.translation import gettext as _

from mlops.alerts.outside import MOST_ANSWER_BYTES, Answer, Checked
from mlops.formats.refusal import Refusal, Where


def exchange(
    method: str, url: str, content: bytes, headers: Mapping[str, str], *, checked: Checked, timeout: float
) -> Answer:
    """Certificates are checked against the name in the URL. Raises Refusal `sink_unreachable`."""
    began = time.monotonic()
    backend = _Pinned(checked, deadline=began + timeout)
    limits = dict.fromkeys(("connect", "read", "write", "pool"), timeout)
    try:
        with (
            httpcore.ConnectionPool(ssl.create_default_context(), network_backend=backend, max_connections=1) as pool,
            pool.stream(
                method, url, headers=list(headers.items()), content=content, extensions={"timeout": limits}
            ) as response,
        ):
            body = _first_bytes(response)
            names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(status=response.status, headers=names, body=body, seconds=time.monotonic() - began)
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise _unreachable(url, _("No answer came within %g seconds.") % timeout) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise _unreachable(url, _("The call failed: %s.") % (str(error) or type(error).__name__)) from error
    except (httpcore.UnsupportedProtocol, UnicodeError, ValueError, TypeError) as error:
        raise _unreachable(url, _("The call cannot be made: %s.") % error) from error


def _first_bytes(response: httpcore.Response) -> bytes:
    """An answer that breaks off after its status is an answer."""
    body = b""
    try:
        for chunk in response.iter_stream():
            body += chunk
            if len(body) >= MOST_ANSWER_BYTES:
                break
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        pass
    return body[:MOST_ANSWER_BYTES]


def _unreachable(url: str, message: str) -> Refusal:
    hint = _("See whether the receiver runs and can be reached from here.")
    return Refusal("sink_unreachable", message, hint=hint, status=502, where=Where(parameter="url", value=url[:200]))


class _Pinned(httpcore.SyncBackend):
    """Connects to the judged addresses only; all that is done on the connection has one deadline."""

    def __init__(self, checked: Checked, *, deadline: float) -> None:
        super().__init__()
        self._checked = checked
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("there is no address")
        for address in self._checked.addresses:
            try:
                stream = super().connect_tcp(
                    address, self._checked.port, _left(self._deadline), local_address, socket_options
                )
                return _Hurried(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Hurried(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Hurried(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left
