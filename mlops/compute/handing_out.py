"""What a machine that joins is told: the settings of this server that a worker needs, as this process has them."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from mlops import env

PLACES = {
    "MLOPS_DATABASE_URL": "MLOPS_JOIN_DATABASE_URL",
    "MLOPS_BROKER_URL": "MLOPS_JOIN_BROKER_URL",
    "MLOPS_STORAGE_URL": "MLOPS_JOIN_STORAGE_URL",
}
"""What all machines share, and the setting that says how another machine reaches it."""
NEEDED = (
    "MLOPS_ROUTER_TOKEN", "MLOPS_URL", "MLOPS_ROUTER_URL", "MLOPS_INNER_URL", "MLOPS_INNER_ROUTER_URL",
    "MLOPS_SMTP_URL", "MLOPS_MAIL_FROM", "MLOPS_ALLOWED_PRIVATE_HOSTS", "MLOPS_IMPORT_PRIVATE_HOSTS",
    "MLOPS_IMPORT_MOST_BYTES", "MLOPS_CHANGED_DATA", "MLOPS_CODE_MOST_BYTES", "MLOPS_CODE_MOST_FILES",
    "MLOPS_GARBAGE_GRACE_HOURS", "MLOPS_UPLOAD_KEEP_HOURS", "MLOPS_BIN_DAYS", "MLOPS_TELEMETRY_MINUTES_DAYS",
    "MLOPS_TELEMETRY_HOURS_DAYS", "MLOPS_ADVISORIES_URL", "MLOPS_JOB_CONFINEMENT", "MLOPS_STEP_NETWORK",
    "MLOPS_STEP_SECONDS", "MLOPS_STEP_PROCESSES", "MLOPS_PRICE_CORE_HOUR", "MLOPS_PRICE_GB_HOUR",
    "MLOPS_PRICE_CURRENCY", "MLOPS_LOG_FORMAT", "MLOPS_OTEL_ENDPOINT", "MLOPS_OTEL_HEADERS", "MLOPS_OTEL_SHARE",
    "MLOPS_REASON_REQUIRED",
)  # fmt: skip
"""Handed out where they are set. What belongs to one machine, such as slots and labels, is not among them."""
OF_BUCKETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION")


def handed_out(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Name to value; the secret key is among them."""
    found = {name: _place(name, environ) for name in PLACES}
    found["MLOPS_SECRET_KEY"] = env.secret_key(environ)
    found |= {name: env.read(name, environ) for name in NEEDED if env.origin(name, environ) != "default"}
    if found["MLOPS_STORAGE_URL"].startswith("s3:"):
        found |= {name: environ[name] for name in OF_BUCKETS if environ.get(name)}
    return {name: value for name, value in found.items() if value}


def obstacles(environ: Mapping[str, str] = os.environ, *, from_address: str = "") -> list[str]:
    """Why no other machine can work for this server; empty where one can. `from_address`: of one that asks."""
    found = []
    database, broker, storage = (_place(name, environ) for name in PLACES)
    if not database.startswith(("postgres", "pgsql")):
        found.append(_("The database is a file: other machines need a PostgreSQL, named by MLOPS_DATABASE_URL."))
    if not broker:
        found.append(_("The broker is a folder: other machines need Redis or RabbitMQ, named by MLOPS_BROKER_URL."))
    if not storage.startswith("s3:"):
        found.append(_("Files are kept on this machine: others need a bucket, named by MLOPS_STORAGE_URL."))
    if found or not from_address or _is_loopback(from_address):
        return found
    for name, other in PLACES.items():
        if name != "MLOPS_STORAGE_URL" and _is_loopback(urlsplit(_place(name, environ)).hostname or ""):
            words = _("%(name)s names this machine itself: say by %(other)s how another one reaches it.")
            found.append(words % {"name": name, "other": other})
    return found


def _place(name: str, environ: Mapping[str, str]) -> str:
    return env.read(PLACES[name], environ) or env.read(name, environ)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
