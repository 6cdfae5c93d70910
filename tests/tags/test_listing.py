"""Lists in an order of one's choice, page by page: each row once, whatever is added meanwhile; no value comes last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlops.formats.refusal import Refusal
from mlops.runs.logging import Point, log_metrics, log_parameters
from mlops.runs.models import Run
from mlops.runs.searching import RUNS
from mlops.tags.filters import write_tags
from mlops.tags.searching.listing import Asked, listing
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db
RMSE = {1: 0.5, 2: 0.1, 3: 0.9, 5: 0.5, 6: 0.2}
"""Run 4 and run 7 have none."""


@pytest.fixture
def runs(contributor, project):
    now = timezone.now()
    for number in range(1, 8):
        run = past_run(contributor, project, nodes=(), edges=())
        if number in RMSE:
            log_metrics(run, [Point("rmse", RMSE[number])])
            log_parameters(run, {"lr": str(number % 3)})
        write_tags(run, {"Area": "Churn" if number % 2 else "Sales"})
        Run.objects.filter(pk=run.pk).update(
            created_at=now - timedelta(days=number), started_at=now if number == 7 else None
        )
    return Run.objects.all()


def pages(runs, order_by, *, size=2, text="", between=lambda: None):
    """The numbers of all pages, forwards, and then back from the last one."""
    there, back, cursor = [], [], ""
    while True:
        page = listing(runs, RUNS, Asked(order_by=order_by, size=size, cursor=cursor, filter=text), actor=None)
        there.append([run.number for run in page.rows])
        between()
        if not page.next:
            break
        cursor = page.next
    while page.previous:
        page = listing(runs, RUNS, Asked(order_by=order_by, size=size, cursor=page.previous, filter=text), actor=None)
        back.insert(0, [run.number for run in page.rows])
    return there, back


@pytest.mark.parametrize(
    ("order_by", "numbers"),
    [
        ("", [1, 2, 3, 4, 5, 6, 7]),
        ("created", [7, 6, 5, 4, 3, 2, 1]),
        ("number desc", [7, 6, 5, 4, 3, 2, 1]),
        ("metrics.rmse, number", [2, 6, 1, 5, 3, 4, 7]),
        ("-metrics.rmse, number", [3, 1, 5, 6, 2, 4, 7]),
        ("params.lr desc, -number", [5, 2, 1, 6, 3, 7, 4]),
        ("tags.Area, number", [1, 3, 5, 7, 2, 4, 6]),
        ("duration, number", [7, 1, 2, 3, 4, 5, 6]),
        ("started desc, number", [7, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_every_order_pages_there_and_back(runs, order_by, numbers):
    there, back = pages(runs, order_by)
    assert [number for page in there for number in page] == numbers
    assert back == there[:-1]


def test_what_is_added_meanwhile_moves_nothing(runs, contributor, project):
    there, _back = pages(runs, "", between=lambda: past_run(contributor, project, nodes=(), edges=()))
    assert [number for page in there for number in page] == [1, 2, 3, 4, 5, 6, 7]


def test_a_filtered_list_is_paged_as_well(runs):
    there, _back = pages(runs, "-metrics.rmse", text="Area=Churn and metrics.rmse", size=1)
    assert [page[0] for page in there][:1] == [3]
    assert sorted(page[0] for page in there) == [1, 3, 5]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"order_by": "colour"}, "filter_field_unknown"),
        ({"order_by": "name name"}, "order_not_understood"),
        ({"order_by": ","}, "order_not_understood"),
        ({"cursor": "nonsense"}, "cursor_invalid"),
        ({"cursor": "kw"}, "cursor_invalid"),
    ],
)
def test_what_cannot_be_understood_is_refused(runs, asked, code):
    with pytest.raises(Refusal) as caught:
        listing(runs, RUNS, Asked(**asked), actor=None)
    assert caught.value.code == code


def test_a_cursor_of_another_order_is_refused(runs):
    first = listing(runs, RUNS, Asked(size=2), actor=None)
    with pytest.raises(Refusal) as caught:
        listing(runs, RUNS, Asked(size=2, cursor=first.next, order_by="name"), actor=None)
    assert caught.value.code == "cursor_invalid"


def test_rest_lists_by_filter_tag_and_order(client, reader, runs):
    client.force_login(reader)
    answer = client.get(
        "/api/v1/runs/?filter=metrics.rmse<0.6&tag=Area=Churn&order_by=metrics.rmse desc,-number"
    ).json()
    assert [one["number"] for one in answer["results"]] == [5, 1]
    assert answer["understood"] == ["metrics.rmse<0.6", "Area=Churn"]
    assert answer["meaning"] == "Runs where the metric rmse is less than 0.6 and the tag Area is “Churn”"
    refused = client.get("/api/v1/runs/?filter=state=faild")
    assert (refused.status_code, refused.json()["where"]["value"]) == (400, "faild")
    assert client.get("/api/v1/runs/?limit=0").status_code == 400
