"""Where a registry may lead: a registry often lies in a private network, but what it redirects to, or names as the
giver of tokens, must be itself or public, so that it cannot be used to look into the network of the server."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

from django.utils.translation import gettext as _

from mlops.alerts.outside import allowed_names, network_of
from mlops.formats.addresses import is_public
from mlops.formats.refusal import Refusal


def judge(request: Any, *, registry: str) -> None:
    """Called with each request, redirected ones among them. `registry`: HOST or HOST:PORT.

    Raises Refusal `address_not_public`."""
    url = request.url
    is_own = url.netloc.decode("ascii", "replace").lower() == registry.lower()
    for address in _addresses(url.host, url.port or (443 if url.scheme == "https" else 80)):
        is_near = is_own and not _is_of_no_registry(address)
        if is_near or is_public(address) or _is_allowed(url.host, address):
            continue
        message = _("The registry %(registry)s leads to %(host)s, which is not a public address.")
        hint = _("An administrator can allow it: MLOPS_ALLOWED_PRIVATE_HOSTS, or the page of allowed networks.")
        raise Refusal("address_not_public", message % {"registry": registry, "host": url.host}, hint=hint, status=422)


def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []  # the call itself tells it


def _is_of_no_registry(address: str) -> bool:
    """Link-local, where clouds tell the secrets of a machine; and what is no one host."""
    parsed = ipaddress.ip_address(address.split("%")[0])
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return bool(parsed.is_link_local or parsed.is_multicast)


def _is_allowed(host: str, address: str) -> bool:
    allowed = allowed_names()
    parsed = ipaddress.ip_address(address.split("%")[0])
    return host.lower() in allowed or any(parsed in network for network in map(network_of, allowed) if network)
