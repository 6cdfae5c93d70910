"""Certificates that run out: those that this server's own addresses show, and the files of Docker engines."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.administration.health.finding import Finding

SOON, VERY_SOON = timedelta(days=21), timedelta(days=3)
CONNECT_SECONDS = 3.0
ADDRESSES = ("MLOPS_URL", "MLOPS_ROUTER_URL", "MLOPS_INNER_URL", "MLOPS_INNER_ROUTER_URL", "MLOPS_OIDC_ISSUER")


def certificates(now: datetime | None = None) -> list[Finding]:
    now = now or timezone.now()
    found = (_of(name, ends, now) for name, ends in (*_shown(), *_files()))
    return [one for one in found if one is not None]


def _of(name: str, ends: datetime | OSError, now: datetime) -> Finding | None:
    if isinstance(ends, OSError):
        why = _("Its certificate cannot be read: %(error)s.") % {"error": ends}
        return Finding(state="warning", what=name, why=why, remedy=_("See whether it answers there."))
    left = ends - now
    if left > SOON:
        return None
    remedy = _("Renew it, then start again what shows it.")
    if left < timedelta(0):
        why = _("The certificate ran out on %(date)s.") % {"date": f"{ends:%Y-%m-%d}"}
        return Finding(state="bad", what=name, why=why, remedy=remedy, since=ends)
    why = _("The certificate runs out on %(date)s.") % {"date": f"{ends:%Y-%m-%d}"}
    if left < VERY_SOON:
        return Finding(state="bad", what=name, why=why, remedy=remedy)
    return Finding(state="warning", what=name, why=why, remedy=remedy)


def _shown() -> Iterator[tuple[str, datetime | OSError]]:
    for name in ADDRESSES:
        address = urlsplit(env.read(name))
        if address.scheme != "https" or not address.hostname:
            continue
        place = (address.hostname, address.port or 443)
        try:
            yield f"{name} ({address.hostname})", _end_of(ssl.get_server_certificate(place, timeout=CONNECT_SECONDS))
        except OSError as error:
            yield f"{name} ({address.hostname})", error


def _files() -> Iterator[tuple[str, datetime | OSError]]:
    folder = Path(settings.DATA_DIR) / "engines"
    for path in sorted(folder.glob("*/*.pem")) if folder.is_dir() else ():
        try:
            text = path.read_text(encoding="ascii", errors="replace")
        except OSError as error:
            yield str(path), error
            continue
        if "BEGIN CERTIFICATE" in text:
            yield f"engines/{path.parent.name}/{path.name}", _end_of(text)


def _end_of(pem: str) -> datetime:
    from cryptography import x509

    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
