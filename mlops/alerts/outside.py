"""Every call that alerts make to the outside: one address, looked up once, judged, and then connected to by number.

Redirects are answers like any other and are never followed; the whole call has one deadline."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from mlops.alerts.models.network import AllowedNetwork
from mlops.formats.addresses import is_public
from mlops.formats.refusal import Refusal, Where

MOST_ANSWER_BYTES = 16_384
USER_AGENT = "mlops-studio"


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """The first 16 KiB."""
    seconds: float

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A host that may be called. `addresses` are the ones that were judged, in the order to try them."""

    host: str
    port: int
    addresses: tuple[str, ...]


def post(url: str, content: bytes, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
    """Any status is an answer. Raises Refusal: those of `require_public`, and `sink_unreachable` where no answer came
    within `timeout` seconds."""
    return call("POST", url, content, headers, timeout)


def call(method: str, url: str, content: bytes, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
    from mlops.alerts.pinned import exchange

    checked = require_public(url)
    return exchange(method, url, content, {"user-agent": USER_AGENT, **headers}, checked=checked, timeout=timeout)


def require_public(url: str) -> Checked:
    """Raises Refusal `url_invalid`, `host_unknown`, `address_not_public` or `https_required`.

    All addresses of the host must be public, or allowed by an administrator. Plain HTTP reaches allowed ones only."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _refused(url, "url_invalid", _("The address is not well formed: %s.") % error) from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        raise _refused(
            url, "url_invalid", _("“%s” is no web address.") % url[:200], hint=_("Such as https://host/path.")
        )
    if parts.username or parts.password:
        message = _("The address holds a user name or a password, which logs would show.")
        raise _refused(url, "url_invalid", message, hint=_("Put a token into a header, or into the path."))
    return judged(host, port, url=url, is_encrypted=parts.scheme == "https")


def judged(host: str, port: int, *, url: str, is_encrypted: bool) -> Checked:
    """As `require_public`, of a host and a port; `url` is told in refusals."""
    addresses = _looked_up(url, host, port)
    closed = [address for address in addresses if not is_public(address)]
    if is_encrypted and not closed:
        return Checked(host=host, port=port, addresses=addresses)
    allowed = allowed_names()
    is_allowed = host in allowed or all(_is_allowed(address, allowed) for address in addresses)
    if closed and not is_allowed:
        message = _("“%(host)s” leads to %(address)s, which is not a public address.")
        hint = _("An administrator can allow it: MLOPS_ALLOWED_PRIVATE_HOSTS, or the page of allowed networks.")
        raise _refused(url, "address_not_public", message % {"host": host, "address": closed[0]}, hint=hint)
    if not is_encrypted and not is_allowed:
        message = _("“%s” is called without encryption, so anybody on the way could read and change the events.") % host
        raise _refused(url, "https_required", message, hint=_("Use https://."))
    return Checked(host=host, port=port, addresses=addresses)


def _looked_up(url: str, host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _refused(url, "host_unknown", _("The host “%s” is not known.") % host) from error
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


def allowed_names() -> list[str]:
    """Host names, addresses and networks that administrators allow, by the setting and by rows."""
    return [*told_names(), *AllowedNetwork.objects.values_list("name", flat=True)]


def told_names() -> list[str]:
    """By the setting alone."""
    return [one.strip().lower() for one in settings.ALLOWED_PRIVATE_HOSTS.split(",") if one.strip()]


def _is_allowed(address: str, allowed: Sequence[str]) -> bool:
    parsed = ipaddress.ip_address(address.split("%")[0])
    return any(parsed in network for network in map(network_of, allowed) if network is not None)


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """None for a host's name."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _refused(url: str, code: str, message: str, *, hint: str = "") -> Refusal:
    where = Where(parameter="url", value=url[:200])
    return Refusal(code, message, hint=hint or _("Check the address."), status=422, where=where)
