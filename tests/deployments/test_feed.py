"""What routers on machines of their own are handed, and what they counted together."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mlops.deployments import actions, routers
from mlops.deployments.gathering import gather
from mlops.deployments.models import Endpoint, PublishedTable, RouterSeen
from mlops.deployments.routing import table_file, write_table
from mlops.formats.serving import CredentialUse, DeploymentCounts, RouterStats, RoutingTable

WHO = {"router": "r1", "address": "http://r1:8001/", "started": "12.5", "revision": "3"}


@pytest.fixture
def ask(client, settings):
    settings.ROUTER_TOKEN = "right"

    def asked(token: str = "right", mark: str = "", **told: str):
        headers = {"authorization": f"Bearer {token}", **({"if-none-match": mark} if mark else {})}
        return client.get("/feeds/routing/", WHO | told, headers=headers)

    return asked


@pytest.fixture
def endpoint(contributor, project) -> Endpoint:
    return actions.create_endpoint(contributor, project, name="prices")


def stats(endpoint: Endpoint, requests: int, *, started: float = 1.0, in_flight: int = 0) -> RouterStats:
    pk = str(endpoint.pk)
    counts = DeploymentCounts(
        endpoint=pk,
        deployment="blue",
        requests=requests,
        errors=0,
        refused=0,
        seconds_sum=requests / 10,
        latency_counts=(requests, 0),
        statuses={"200": requests},
        in_flight=in_flight,
    )
    use = CredentialUse(endpoint=pk, credential="primary", requests=requests, last_used_at=started + requests)
    return RouterStats(started=started, table_revision=1, deployments=(counts,), credentials=(use,))


def router(name: str, **fields: object) -> RouterSeen:
    values = {"address": f"http://{name}", "started": 1.0, "seen_at": timezone.now(), "revision": 1}
    return RouterSeen.objects.create(name=name, **values | fields)


@pytest.mark.django_db
def test_the_table_is_handed_out_once_and_again_when_it_changed(ask, contributor, project):
    first = ask()
    assert first.status_code == 200
    assert ask(mark=first.headers["ETag"]).status_code == 304
    actions.create_endpoint(contributor, project, name="prices")
    write_table()
    second = ask(mark=first.headers["ETag"])
    tables = [msgspec.json.decode(one.content, type=RoutingTable) for one in (first, second)]
    assert tables[1].revision > tables[0].revision
    assert [one.name for one in tables[1].endpoints] == ["prices"]


@pytest.mark.django_db
def test_a_router_is_known_by_asking(ask):
    ask()
    seen = RouterSeen.objects.get()
    assert (seen.name, seen.address, seen.started, seen.revision) == ("r1", "http://r1:8001", 12.5, 3)
    assert [place.url for place in routers.places()] == ["http://r1:8001"]


@pytest.mark.django_db
def test_nobody_else_is_handed_the_table(ask, settings):
    assert ask(token="wrong").status_code == 401
    settings.ROUTER_TOKEN = ""
    assert ask().status_code == 403
    assert not RouterSeen.objects.exists()


@pytest.mark.django_db
def test_a_router_that_is_silent_or_behind_is_told(ask):
    write_table()
    long_ago = timezone.now() - timedelta(minutes=1)
    PublishedTable.objects.update(revision=5, published_at=long_ago)
    router("behind", revision=4)
    router("silent", revision=5, seen_at=long_ago)
    router("well", revision=5)
    told = {one.name: one.trouble for one in routers.standings()}
    assert told["well"] == ""
    assert "has table 4, the present one is 5" in told["behind"]
    assert "not asked" in told["silent"]


@pytest.mark.django_db
def test_what_routers_count_is_added_up_and_only_grows(endpoint):
    one, other = router("one").pk, router("other").pk
    first = gather({one: stats(endpoint, 10, in_flight=2), other: stats(endpoint, 5)})
    again = gather({one: stats(endpoint, 4, started=9.0), other: stats(endpoint, 6)})  # one of them began anew
    late = gather({other: stats(endpoint, 5)})  # an answer that was overtaken by another
    assert [each.deployments[0].requests for each in (first, again, late)] == [15, 20, 20]
    assert first.deployments[0].in_flight == 2
    assert first.started == again.started == late.started
    assert again.deployments[0].latency_counts == (20, 0)
    assert again.credentials[0].requests == 20


@pytest.mark.django_db
def test_a_router_that_will_not_come_back_leaves_its_counts(endpoint):
    gone = router("gone", told=msgspec.to_builtins(stats(endpoint, 7)))
    RouterSeen.objects.update(seen_at=timezone.now() - timedelta(days=8))
    assert gather({}).deployments[0].requests == 7
    assert not RouterSeen.objects.filter(pk=gone.pk).exists()
    assert gather({}).deployments[0].requests == 7


@pytest.mark.django_db
def test_the_file_for_a_router_beside_this_server_is_the_published_table(settings):
    table_file().unlink(missing_ok=True)
    write_table()
    assert table_file().read_text() == PublishedTable.objects.get().content


@pytest.mark.django_db
def test_counters_that_say_nothing_new_are_not_written_again(endpoint):
    one = router("r1")
    gather({one.pk: stats(endpoint, 3)})
    with CaptureQueriesContext(connection) as said:
        assert gather({one.pk: stats(endpoint, 3)}).deployments[0].requests == 3
    assert not [query["sql"] for query in said if query["sql"].startswith("UPDATE")]
