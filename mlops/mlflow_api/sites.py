"""Calls that a browser makes: only pages of this server may, under a name that is known to be this server's.

Pages of other sites tell their origin. A name that somebody else has bound to this server's address (DNS rebinding)
gives an origin that looks like ours; so the name itself must be an address, a loopback name or a configured one."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port

from mlops.accounts.hosts import is_own_name
from mlops.mlflow_api.faults import Fault

OWN_SITE = ("same-origin", "none")


def refuse_other_sites(request: HttpRequest) -> None:
    """Raises Fault `PERMISSION_DENIED`. Programs, which send neither header, pass."""
    origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "")
    if not origin and not site:
        return
    try:
        host = request.get_host()
    except DisallowedHost:
        host = ""
    if (site and site not in OWN_SITE) or (origin and _netloc(origin) != host):
        raise Fault("PERMISSION_DENIED", "Calls from pages of other sites are refused.")
    if not is_own_name(split_domain_port(host)[0].strip("[]")):
        raise Fault(
            "PERMISSION_DENIED",
            f"Browsers are not answered under the name “{host}”. Set MLOPS_ALLOWED_HOSTS or MLOPS_URL to it.",
        )


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return "nowhere"
