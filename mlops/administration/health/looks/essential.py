"""What the server cannot do without. `/readyz` asks these at each call, and so they answer within seconds."""

from __future__ import annotations

import http.client
import io
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from mlops.administration.health.finding import Finding
from mlops.blobs.stores import store
from mlops.deployments import routers
from mlops.work import pulse

ROUTER_TIMEOUT_SECONDS = 1.0
SLOW_SECONDS = 1.0
CROWDED = 0.9
"""Share of the connections that the database takes at most."""


def database() -> list[Finding]:
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    seconds = time.monotonic() - began
    if seconds > SLOW_SECONDS:
        why = _("The database took %(seconds)s seconds for the smallest of questions.") % {"seconds": f"{seconds:.1f}"}
        return [Finding(state="warning", why=why, remedy=_("See what its machine does, and whether its disk is slow."))]
    return _crowded()


def _crowded() -> list[Finding]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity")
        links, most = cursor.fetchone()
    if links < CROWDED * most:
        return []
    return [
        Finding(
            state="warning",
            why=_("%(links)d of the %(most)d connections of the database are taken.") % {"links": links, "most": most},
            remedy=_("Raise max_connections of PostgreSQL, or lower MLOPS_DATABASE_CONNECTIONS."),
        )
    ]


_migrated: set[str] = set()


def migrations() -> list[Finding]:
    if connection.alias in _migrated:
        return []
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        why = _("Migrations that are not applied: %(count)d.") % {"count": len(missing)}
        return [Finding(state="bad", why=why, remedy=_("`mlops migrate` applies them, and `mlops up` by itself."))]
    _migrated.add(connection.alias)
    return []


def blobs() -> list[Finding]:
    digest, _size = store().put(io.BytesIO(b"ready"))
    if store().exists(digest):
        return []
    why = _("What was just written into the store is not there.")
    return [Finding(state="bad", why=why, remedy=_("See what MLOPS_STORAGE_URL names."))]


def worker() -> list[Finding]:
    silent = pulse.seconds_since_pulse()
    remedy = _("`mlops up` or `mlops serve worker` starts one; its log says why it ended.")
    if silent is None:
        return [Finding(state="bad", why=_("No worker has reported yet."), remedy=remedy, link="/compute/")]
    if silent > pulse.MISSED_AFTER_SECONDS:
        why = _("The worker was last seen %(seconds)d seconds ago.") % {"seconds": silent}
        return [Finding(state="bad", why=why, remedy=remedy, link="/compute/")]
    return []


def router() -> list[Finding]:
    return _routers_elsewhere() if settings.ROUTER_TOKEN else _router_here()


def _routers_elsewhere() -> list[Finding]:
    """Those that ask for their table. One that is away or behind is told, and is no reason to turn people away."""
    remedy = _("See that it runs, and that it reaches the address that its --feed names.")
    if not routers.places():
        return [Finding(state="bad", why=_("No router has asked for its table lately."), remedy=remedy)]
    return [
        Finding(state="warning", what=one.name, why=one.trouble, since=one.seen_at, remedy=remedy)
        for one in routers.standings()
        if one.trouble
    ]


def _router_here() -> list[Finding]:
    address = urlsplit(settings.INNER_ROUTER_URL or settings.ROUTER_URL)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    caller = kind(address.hostname or "127.0.0.1", address.port, timeout=ROUTER_TIMEOUT_SECONDS)
    remedy = _("`mlops up` keeps one; MLOPS_ROUTER_URL says where it is reached.")
    try:
        caller.request("GET", f"{address.path}/healthz")
        status = caller.getresponse().status
    except OSError as error:
        told = {"url": settings.ROUTER_URL, "error": error}
        why = _("The router does not answer at %(url)s: %(error)s.") % told
        return [Finding(state="bad", why=why, remedy=remedy)]
    finally:
        caller.close()
    if status < http.client.INTERNAL_SERVER_ERROR:
        return []
    return [Finding(state="bad", why=_("The router answered %(status)d.") % {"status": status}, remedy=remedy)]
