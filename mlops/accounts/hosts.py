"""Under which names this server answers: its own. A page elsewhere may bind a name of its own to our address (DNS
rebinding), and would then be of the same origin as our pages; so a browser is answered under addresses, loopback names,
this machine's names, and what MLOPS_URL and MLOPS_ALLOWED_HOSTS say.

Programs (no Origin, no Sec-Fetch, no cookie, not called Mozilla) that show a credential are answered under any name:
containers, devices and clusters reach this server by names that it cannot know. Health checks tell nothing."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext as _

from mlops import env
from mlops.access.problems import json_answer
from mlops.formats.refusal import Refusal

HEALTH = ("/healthz", "/readyz")
OF_BROWSERS = ("Origin", "Sec-Fetch-Site", "Cookie")


class OwnNames:
    """The first middleware that looks at a request: nothing is done for a name that is not ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path not in HEALTH and not is_own_name(_name_of(request)) and not _is_program(request):
            return _refused(request)
        response = self.get_response(request)
        if request.is_secure():
            for morsel in response.cookies.values():
                morsel["secure"] = True
        return response


def is_own_name(name: str) -> bool:
    """`name` without a port. Addresses cannot be bound to anything else, and so are always ours."""
    named = [*settings.OWN_NAMES, *settings.ALLOWED_HOSTS]
    if "*" in settings.OWN_NAMES or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return validate_host(name, [host for host in named if host != "*"]) or name in machine_names()
    return True


@cache
def machine_names() -> frozenset[str]:
    """What this machine is called, and what links to this server say. No name server is asked."""
    host = socket.gethostname().lower()
    url = urlsplit(env.read("MLOPS_URL")).hostname or ""
    return frozenset(name for name in (host, host.partition(".")[0], f"{host.partition('.')[0]}.local", url) if name)


def _name_of(request: HttpRequest) -> str:
    try:
        return split_domain_port(request.get_host())[0]
    except DisallowedHost:
        return ""


def _is_program(request: HttpRequest) -> bool:
    if request.headers.get("User-Agent", "").startswith("Mozilla/"):  # over plain http browsers tell no Sec-Fetch
        return False
    return bool(request.headers.get("Authorization")) and not any(request.headers.get(name) for name in OF_BROWSERS)


def _refused(request: HttpRequest) -> HttpResponse:
    refusal = Refusal(
        "host_unknown",
        _("This server is not known under the name “%(name)s”.") % {"name": _name_of(request)[:200]},
        hint=_("Use its address, or let an administrator add the name to MLOPS_ALLOWED_HOSTS."),
        status=400,
    )
    if request.path.startswith("/api/"):
        return json_answer(refusal)
    return HttpResponse(f"{refusal.message}\n{refusal.hint}\n", status=400, content_type="text/plain; charset=utf-8")
