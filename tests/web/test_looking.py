"""Who only looks takes no lock: with SQLite one writer at a time has the database, and pages must not wait for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
PAGES = ("/", "/runs/", "/runs/?filter=state%3Dcompleted", "/runs/rows/", "/models/", "/datasets/", "/experiments/",
         "/alerts/", "/alerts/bell/", "/projects/", "/search/hits/?text=boost", "/api/v1/runs/?limit=50",
         "/api/v1/models/?limit=50", "/designer/", "/lineage/", "/monitoring/", "/endpoints/", "/compute/",
         "/pipelines/", "/jobs/", "/settings/")  # fmt: skip
WRITING = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT", "BEGIN")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_was_seen_before_writes_nothing(client, owner, page):
    client.force_login(owner)
    client.get("/projects/")
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    assert [one["sql"] for one in asked if one["sql"].startswith(WRITING)] == []
