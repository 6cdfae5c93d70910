"""The pages about runs."""

from __future__ import annotations

import pytest

from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import page_url
from mlops.pipelines.actions import submit
from mlops.runs.models import Run, Step
from tests.runs.conftest import regression

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(client, contributor):
    client.force_login(contributor)

    def shown(address: str, status: int = 200) -> str:
        answer = client.get(address)
        assert answer.status_code == status
        return answer.content.decode()

    return shown


def test_every_tab_of_a_run_is_shown(page, run):
    told = {
        "graph": 'id="run-graph"',
        "steps": "Train Model",
        "metrics": "root_mean_squared_error",
        "outputs": "Register model",
        "logs": "Train Model: Training on",
        "snapshot": "Cars:1",
    }
    for tab, words in told.items():
        assert words in page(f"/runs/{run.pk}/?tab={tab}")
        if tab != "graph":
            assert words in page(f"/runs/{run.pk}/tab/{tab}/")


def test_evaluations_are_drawn(page, run):
    assert "data-view=" in page(f"/runs/{run.pk}/?tab=metrics")


def test_the_list_is_filtered_and_says_when_nothing_fits(page, run):
    assert "#1 Cars" in page("/runs/?state=completed&experiment=prices&q=car")
    assert "No run fits this filter" in page("/runs/?q=zzz")
    assert "is no state of a run" in page("/runs/?state=dancing", 400)


def test_steps_are_listed_in_an_order_in_which_they_can_run(page, run):
    text = page(f"/runs/{run.pk}/?tab=steps")
    places = [text.index(f">{node}<") for node in ("data", "split", "train", "score", "evaluate")]
    assert places == sorted(places)


def test_two_runs_stand_side_by_side(page, train):
    first, second = train(), train(fraction=0.5)
    text = page(f"/runs/compare/?run={first.pk}&run={second.pk}")
    assert "split.fraction_of_rows_in_the_first_output_dataset" in text
    assert "smaller is better" in text


@pytest.mark.parametrize("query", ["", "?run=7", "?a=1&b=2"])
def test_a_comparison_of_less_than_two_runs_says_what_it_needs(page, project, query):
    assert "needs two runs or more" in page(f"/runs/compare/{query}", 400)


def test_a_run_is_cancelled_by_its_button_and_a_second_press_is_no_error(client, page, contributor, project, cars):
    run = submit(contributor, project, spec=regression(), experiment="prices")
    assert 'data-testid="cancel"' in page(f"/runs/{run.pk}/")
    for _press in range(2):
        assert client.post(f"/runs/{run.pk}/cancel/").status_code == 302
    assert Run.objects.get(pk=run.pk).state == "cancelling"
    assert 'data-testid="cancel"' not in page(f"/runs/{run.pk}/head/")


def test_an_output_is_registered_as_data(page, client, run, project):
    assert "Register as data" in page(f"/runs/{run.pk}/?tab=outputs")
    step = Step.objects.filter(run=run, component="split_data").first()
    given = {"act": "register-data", "node": step.node, "port": next(iter(step.outputs)), "name": "halves"}
    answer = client.post(f"/runs/{run.pk}/", given)
    version = DatasetVersion.objects.get(dataset__name="halves")
    assert (answer.status_code, version.number) == (302, 1)
    assert answer.url == page_url(version.dataset)
    assert version.origin["job"]["node"] == step.node
    assert "has no output" in client.post(f"/runs/{run.pk}/", {**given, "port": "none"}).content.decode()
