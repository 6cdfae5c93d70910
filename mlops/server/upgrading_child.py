"""`python -m mlops.server.upgrading_child look|migrate`: what an upgrade does with one database, in its own process."""

from __future__ import annotations

import sys

import django
import msgspec

TABLES = (
    "auth_user", "access_project", "events_event", "runs_run", "datasets_datasetversion", "registry_modelversion",
    "deployments_endpoint", "deployments_deployment", "pipelines_publishedpipeline", "blobs_blob",
)  # fmt: skip


def look() -> None:
    """Works with tables of every age: nothing is asked by today's models before all migrations are applied."""
    from django.db import connection

    from mlops.server import schema
    from mlops.server.upgrading import Look

    pending = sorted(f"{app}.{name}" for app, name in schema.pending())
    known = set(connection.introspection.table_names())
    rows, problem = {}, ""
    with connection.cursor() as cursor:
        for table in TABLES:
            if table in known:
                cursor.execute(f"SELECT count(*) FROM {table}")  # nosec B608 - of the names above
                rows[table] = cursor.fetchone()[0]
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA quick_check(1)")
            found = str(cursor.fetchone()[0])
            problem = "" if found == "ok" else found
    if not pending and not problem:
        problem = _broken_trail()
    sys.stdout.buffer.write(msgspec.json.encode(Look(pending=pending, rows=rows, problem=problem)))


def _broken_trail() -> str:
    from mlops.events.audit.watching import check

    at = check(whole=True).broken_at
    return f"the audit trail is broken at event {at}" if at is not None else ""


def migrate() -> None:
    from mlops.server import schema

    schema.migrate()


if __name__ == "__main__":
    django.setup()
    {"look": look, "migrate": migrate}[sys.argv[1]]()
