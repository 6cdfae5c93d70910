"""Filter bars, what they say and propose, and the search over everything: each person finds what they may see."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mlops.accounts.membership import create_project
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.runs.logging import Point, log_metrics
from mlops.runs.models import Experiment, LoggedModel, Run
from mlops.tags.filters import write_tags
from mlops.web.pages import search
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(contributor, project):
    """Three runs; the second is tagged Area=Churn."""
    made = [
        past_run(contributor, project, nodes=(), edges=(), state=state) for state in ("completed", "failed", "running")
    ]
    write_tags(made[1], {"Area": "Churn", "City": "New York"})
    log_metrics(made[1], [Point("rmse", 0.25)])
    return made


@pytest.fixture
def hidden(stranger):
    """A run of another project, with tags, metrics and names of its own."""
    other = create_project(stranger, name="Secret", slug="secret")
    run = past_run(stranger, other, nodes=(), edges=())
    write_tags(run, {"Hidden": "yes", "Area": "Concealed"})
    log_metrics(run, [Point("rmse_hidden", 1.0)])
    return run


@pytest.fixture
def page(client, reader):
    client.force_login(reader)

    def opened(address, status=200):
        answer = client.get(address)
        assert answer.status_code == status, answer.content.decode()[:500]
        return answer.json() if "json" in answer["Content-Type"] else answer.content.decode()

    return opened


def test_the_bar_says_what_it_understood_and_each_chip_takes_a_condition_off(page, runs):
    shown = page("/runs/?filter=Area=Churn+state=failed")
    assert "the tag Area is “Churn” and state is failed" in shown
    assert "#2 cars" in shown
    assert "#1 cars" not in shown
    assert "?filter=state%3Dfailed" in shown


def test_a_filter_that_cannot_be_understood_is_marked_above_the_whole_list(page, runs):
    shown = page("/runs/?filter=state=faild", 400)
    assert "state=<mark>faild</mark>" in shown
    assert "Did you mean" in shown
    assert "#1 cars" in shown


def test_facets_count_what_is_seen_and_narrow_the_list(page, runs, hidden):
    shown = page("/runs/?facets=1")
    assert "filter=state%3Dfailed" in shown
    assert "filter=tags.Area" in shown
    assert "Hidden" not in shown
    assert "stranger" not in shown


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("Ar", ["archived", "Area"]),
        ("Area=", ["Churn"]),
        ("City=N", ["New York"]),
        ("state = f", ["failed"]),
        ("metrics.", ["metrics.rmse"]),
        ("met", ["metrics."]),
        ("rm", ["metrics.rmse"]),
        ("Hid", []),
        ("experiment=", ["cars"]),
        ("by=", ["me", "carl"]),
    ],
)
def test_proposals_are_those_of_what_the_person_sees(page, runs, hidden, text, proposed):
    found = page(f"/search/complete/?noun=runs&text={text}")
    assert [one["label"] for one in found["proposals"]] == proposed


def test_a_project_that_is_not_seen_has_no_proposals(page, runs, hidden):
    page("/search/complete/?noun=runs&project=secret&text=Area=", 404)


def test_the_search_over_everything_groups_by_kind(page, contributor, project, runs, hidden):
    model = RegisteredModel.objects.create(project=project, name="cars prices", created_by=contributor)
    shown = page("/search/?q=cars")
    assert "cars prices" in shown
    assert "#2 cars" in shown
    assert "Secret" not in shown
    hits = page("/search/hits/?text=cars")["proposals"]
    assert {"label": "cars prices", "detail": f"Models · {project.name}", "href": f"/models/{model.pk}/"} in hits
    assert not ModelVersion.objects.exists()


def test_of_a_long_list_the_newest_are_searched_and_the_page_leads_to_all(page, project, runs, monkeypatch):
    monkeypatch.setattr(search, "SOUGHT", 1)
    for name in ("old forest", "new forest"):
        RegisteredModel.objects.create(project=project, name=name)
    shown = page("/search/?q=forest")
    assert "new forest" in shown
    assert "old forest" not in shown
    assert '<a href="/models/?filter=forest">Models</a>' in shown
    assert [one["label"] for one in page("/search/hits/?text=forest")["proposals"]] == ["new forest"]


def test_logged_models_are_found_among_everything_and_completed(page, project, runs):
    run = runs[0]
    LoggedModel.objects.create(experiment=run.experiment, run=run, name="forest", changed_at=run.created_at)
    hits = page("/search/hits/?text=forest")["proposals"]
    assert [(one["label"], one["detail"]) for one in hits] == [("forest", f"Logged models · {project.name}")]
    assert page(f"/search/complete/?noun=logged-models&project={project.slug}&text=na&at=2")["proposals"]


def test_a_list_in_pages_loses_nothing_when_rows_are_added(page, contributor, project):
    for _each in range(30):
        past_run(contributor, project, nodes=(), edges=())
    first = page("/runs/")
    past_run(contributor, project, nodes=(), edges=())
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = page(f"/runs/{older}")
    seen = [number for number in range(1, 32) if f"#{number} cars" in first or f"#{number} cars" in second]
    assert seen == list(range(1, 31))


LISTS = {
    "runs": "runs", "experiments": "experiments", "models": "models", "logged-models": "", "datasets": "datasets",
    "components": "components", "environments": "environments", "endpoints": "online-endpoints",
    "batch-endpoints": "batch-endpoints",
}  # fmt: skip
"""Page, and list of REST."""


@pytest.mark.parametrize(("noun", "rest"), LISTS.items())
def test_every_list_says_what_is_wrong_with_a_filter(page, runs, noun, rest):
    assert "<mark>yesterdayish</mark>" in page(f"{reverse(f'web:{noun}')}?filter=created>yesterdayish", 400)
    if rest:
        told = page(f"/api/v1/{rest}/?filter=created>yesterdayish", 400)
        assert (told["code"], told["where"]["value"]) == ("filter_value_invalid", "yesterdayish")


def test_a_faulty_order_is_told_of_the_order_and_marks_nothing_of_the_filter(page, runs):
    told = page("/api/v1/runs/?filter=state=failed&order_by=colour", 400)
    assert told["where"]["parameter"] == "order_by"
    assert "of the order" in told["detail"]
    assert "<mark>" not in page("/runs/?filter=state=failed&order_by=colour", 400)


def test_a_state_that_there_is_not_is_refused_by_page_and_rest_alike(page, runs):
    assert "faild" in page("/runs/?state=faild", 400)
    assert page("/api/v1/runs/?state=faild", 400)["where"] == {"parameter": "state", "value": "faild"}


def test_experiments_are_filtered_ordered_and_tagged_like_every_list(page, project, runs):
    boats = Experiment.objects.create(project=project, name="boats")
    write_tags(boats, {"Area": "Churn"})
    Run.objects.filter(pk=runs[2].pk).update(experiment=boats)
    shown = page("/experiments/")
    assert shown.index("/runs/?experiment=boats") < shown.index("/runs/?experiment=cars")
    assert "?experiment=cars" not in page("/experiments/?filter=Area=Churn")
    assert "No experiment fits" in page("/experiments/?filter=last_run < 3 days ago")
    by_rest = page("/api/v1/experiments/?order_by=-last_run")["results"]
    assert [one["name"] for one in by_rest] == ["boats", "cars"]
