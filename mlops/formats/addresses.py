"""Which numbers of the Internet Protocol belong to everybody: those that a server may connect to on a person's word."""

from __future__ import annotations

import ipaddress

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_OF_CLOUDS = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "168.63.129.16/32")))
"""Where clouds answer their machines at numbers that look public: Oracle's and Azure's."""


def is_public(address: str) -> bool:
    """False for loopback, private, link-local (with clouds' metadata), unique-local, multicast and reserved ones.

    An IPv4 address inside an IPv6 one counts as itself where it is mapped, and is never public where it is tunnelled
    (6to4, Teredo, NAT64). Raises ValueError for what is no address."""
    parsed = ipaddress.ip_address(address.split("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        tunnelled = parsed.sixtofour is not None or parsed.teredo is not None
        if tunnelled or parsed in _NAT64 or parsed in _COMPATIBLE or parsed.is_site_local:
            return False
    if any(parsed in network for network in _OF_CLOUDS):
        return False
    return parsed.is_global and not parsed.is_multicast
