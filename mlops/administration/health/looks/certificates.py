"""What runs out: certificates that this server's own addresses show, the files of Docker engines, and the certificates
and tokens by which clusters are reached."""

from __future__ import annotations

import base64
import binascii
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.administration.health.finding import Finding
from mlops.administration.system.standing import State
from mlops.clusters.kubernetes.kubeconfig import Access
from mlops.clusters.kubernetes.reaching import access_of
from mlops.clusters.models import Cluster
from mlops.formats.refusal import Refusal

SOON, VERY_SOON = timedelta(days=21), timedelta(days=3)
CONNECT_SECONDS = 3.0
ADDRESSES = ("MLOPS_URL", "MLOPS_ROUTER_URL", "MLOPS_INNER_URL", "MLOPS_INNER_ROUTER_URL", "MLOPS_OIDC_ISSUER")


class Lasting(NamedTuple):
    """`ends` is why it cannot be told where it cannot be told. `remedy` is for what cannot be read."""

    name: str
    ends: datetime | Exception
    renewal: str
    remedy: str
    link: str = ""


def certificates(now: datetime | None = None) -> list[Finding]:
    now = now or timezone.now()
    found = (_of(one, now) for one in (*_shown(), *_files()))
    return [*(one for one in found if one is not None), *_of_clusters(now)]


def _of(one: Lasting, now: datetime) -> Finding | None:
    if isinstance(one.ends, Exception):
        why = _("Its certificate cannot be read: %(error)s.") % {"error": one.ends}
        return Finding(state="warning", what=one.name, why=why, remedy=one.remedy, link=one.link)
    left = one.ends - now
    if left > SOON:
        return None
    if left < timedelta(0):
        why = _("The certificate ran out on %(date)s.") % {"date": f"{one.ends:%Y-%m-%d}"}
        return Finding(state="bad", what=one.name, why=why, remedy=one.renewal, since=one.ends, link=one.link)
    why = _("The certificate runs out on %(date)s.") % {"date": f"{one.ends:%Y-%m-%d}"}
    state: State = "bad" if left < VERY_SOON else "warning"
    return Finding(state=state, what=one.name, why=why, remedy=one.renewal, link=one.link)


def _shown() -> Iterator[Lasting]:
    renewal, remedy = _("Renew it, then start again what shows it."), _("See whether it answers there.")
    for name in ADDRESSES:
        address = urlsplit(env.read(name))
        if address.scheme == "https" and address.hostname:
            ends = _end_shown(address.hostname, address.port or 443)
            yield Lasting(f"{name} ({address.hostname})", ends, renewal, remedy)


def _end_shown(host: str, port: int) -> datetime | Exception:
    try:
        return _end_of(ssl.get_server_certificate((host, port), timeout=CONNECT_SECONDS))
    except (OSError, ValueError) as error:
        return error


def _files() -> Iterator[Lasting]:
    folder = Path(settings.DATA_DIR) / "engines"
    renewal, remedy = _("Renew it, then start again what shows it."), _("Put a file there that can be read.")
    for path in sorted(folder.glob("*/*.pem")) if folder.is_dir() else ():
        name = f"engines/{path.parent.name}/{path.name}"
        try:
            text = path.read_text(encoding="ascii", errors="replace")
            if "BEGIN CERTIFICATE" in text:
                yield Lasting(name, _end_of(text), renewal, remedy)
        except (OSError, ValueError) as error:
            yield Lasting(name, error, renewal, remedy)


def _of_clusters(now: datetime) -> Iterator[Finding]:
    """A kubeconfig that cannot be read is told where clusters are looked at."""
    for cluster in Cluster.objects.all():
        link = f"/clusters/{cluster.pk}/"
        try:
            access = access_of(cluster)
        except Refusal:
            continue
        for one in _by_which_it_is_reached(access, cluster.name, link):
            if (finding := _of(one, now)) is not None:
                yield finding
        if (ends := _end_of_token(access.token)) is not None and ends - now < SOON:
            yield _of_token(ends, now, cluster.name, link)


def _by_which_it_is_reached(access: Access, name: str, link: str) -> Iterator[Lasting]:
    renewal, remedy = _("Give the cluster a new kubeconfig."), _("Give the cluster a kubeconfig that is whole.")
    parts = ((_("%(cluster)s: client"), access.certificate), (_("%(cluster)s: authority"), access.authority))
    for title, text in parts:
        if text:
            yield Lasting(title % {"cluster": name}, _last_end(text), renewal, remedy, link)


def _of_token(ends: datetime, now: datetime, name: str, link: str) -> Finding:
    what, date = _("%(cluster)s: token") % {"cluster": name}, {"date": f"{ends:%Y-%m-%d}"}
    remedy = _("Give the cluster a new kubeconfig.")
    if ends < now:
        why = _("The token ran out on %(date)s.") % date
        return Finding(state="bad", what=what, why=why, remedy=remedy, link=link, since=ends)
    why = _("The token runs out on %(date)s.") % date
    state: State = "bad" if ends - now < VERY_SOON else "warning"
    return Finding(state=state, what=what, why=why, remedy=remedy, link=link)


def _end_of_token(token: str) -> datetime | None:
    """Of a JWT, as service accounts have them; None where it does not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        told = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), type=_Claims)
        return datetime.fromtimestamp(told.exp, UTC) if told.exp else None
    except (binascii.Error, msgspec.DecodeError, ValueError, OverflowError, OSError):
        return None


class _Claims(msgspec.Struct):
    exp: float = 0.0


def _last_end(pem: str) -> datetime | Exception:
    """Of a bundle the one that lasts longest: an old authority stands beside the new one."""
    from cryptography import x509

    try:
        return max(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        return error


def _end_of(pem: str) -> datetime:
    from cryptography import x509

    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
