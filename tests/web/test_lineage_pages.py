from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.datasets.models import Dataset, DatasetVersion, VersionState
from tests.lineage.test_pieces import cars, run_of

__all__ = ["cars"]
pytestmark = pytest.mark.django_db


def test_the_page_holds_the_first_piece_and_links_without_scripts(client, project, cars, reader):
    run_of(project, 1)
    client.force_login(reader)
    page = client.get("/lineage/?of=datasets/cars:1").content.decode()
    assert 'id="lineage-piece"' in page
    assert f'<a href="?of=runs%2F1&amp;project={project.slug}">#1 r1</a>' in page


def test_it_is_found_by_a_part_of_its_name_and_told_where_there_is_none(client, project, cars, reader):
    client.force_login(reader)
    assert "cars:1" in client.get(f"/lineage/?project={project.slug}&q=car").content.decode()
    assert "Nothing has this name" in client.get(f"/lineage/?project={project.slug}&q=zebra").content.decode()
    assert client.get("/lineage/?of=datasets/carz:1").status_code == 404


def test_who_uses_it_tells_direct_users_and_what_came_of_them(client, project, cars, reader):
    run = run_of(project, 1)
    made = Dataset.objects.create(project=project, name="clean")
    origin = {"job": {"id": str(run.pk)}}
    now = timezone.now()
    DatasetVersion.objects.create(dataset=made, number=1, origin=origin, state=VersionState.READY, state_since=now)
    client.force_login(reader)
    page = client.get("/lineage/uses/?of=datasets/cars:1").content.decode()
    assert page.index("Directly") < page.index("#1 r1") < page.index("What came of those") < page.index("clean:1")


def test_the_page_of_a_thing_leads_to_its_lineage(client, project, cars, reader):
    run = run_of(project, 1)
    client.force_login(reader)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    assert f"/lineage/?of=runs%2F1&amp;project={project.slug}" in page
