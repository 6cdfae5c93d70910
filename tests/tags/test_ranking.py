"""A long list in the order of a metric, a parameter or a tag is the one that sorting gives, page by page and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.accounts.membership import create_project
from mlops.formats.search.ordering import parse_order
from mlops.runs.models import Experiment, LatestMetric, Run, RunParameter
from mlops.runs.searching import RUNS
from mlops.tags.filters import write_tags
from mlops.tags.searching.keyset import Page, page_of
from mlops.tags.searching.ordering import terms
from mlops.tags.searching.ranking import ranking

pytestmark = pytest.mark.django_db
VALUES = (0.5, 0.1, None, 0.5, 0.9, None, 0.5, None)
"""None: the run has no such metric."""


@pytest.fixture
def runs() -> Any:
    project = create_project(User.objects.create_user("olga"), name="Churn")
    experiment = Experiment.objects.create(project=project, name="one")
    for number, value in enumerate(VALUES, start=1):
        run = Run.objects.create(project=project, experiment=experiment, number=number, display_name="x", spec={},
                                 spec_digest="", state_since=timezone.now())  # fmt: skip
        if value is not None:
            LatestMetric.objects.create(run=run, key="rmse", value=value, at=timezone.now())
            RunParameter.objects.create(run=run, key="lr", value=str(value))
            write_tags(run, {"Area": f"{value} of it"})
    return Run.objects.filter(project=project)


def page(runs: Any, order_by: str, *, is_ranked: bool, cursor: str = "") -> Page:
    order = parse_order(order_by, RUNS.vocabulary())
    ranked = ranking(runs, order, RUNS) if is_ranked else None
    sorts = terms(order, RUNS, timezone.now())
    return page_of(runs, sorts, of=runs, cursor=cursor, size=3, order_text=order_by, ranking=ranked)


def walked(runs: Any, order_by: str, *, is_ranked: bool) -> tuple[list[list[int]], list[list[int]]]:
    """The numbers of each page, forwards to the end, and from there back."""
    forth, back = [], []
    now = page(runs, order_by, is_ranked=is_ranked)
    forth.append([run.number for run in now.rows])
    while now.next:
        now = page(runs, order_by, is_ranked=is_ranked, cursor=now.next)
        forth.append([run.number for run in now.rows])
    while now.previous:
        now = page(runs, order_by, is_ranked=is_ranked, cursor=now.previous)
        back.append([run.number for run in now.rows])
    return forth, back


@pytest.mark.parametrize("way", ["", " desc"])
@pytest.mark.parametrize("key", ["metrics.rmse", "params.lr", "tags.Area"])
def test_a_ranked_list_has_the_pages_of_a_sorted_one(runs: Any, monkeypatch: Any, key: str, way: str) -> None:
    monkeypatch.setattr("mlops.tags.searching.ranking.LONG", 2)
    order_by = f"{key}{way}"
    ranked = walked(runs, order_by, is_ranked=True)
    assert ranked == walked(runs, order_by, is_ranked=False)
    assert sorted(number for one in ranked[0] for number in one) == list(range(1, len(VALUES) + 1))


def test_a_short_list_is_sorted(runs: Any) -> None:
    assert ranking(runs, parse_order("metrics.rmse", RUNS.vocabulary()), RUNS) is None
