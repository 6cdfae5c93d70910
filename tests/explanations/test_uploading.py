"""A run's own code brings an explanation along: in the plain form, shown and compared like every other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mlops.client.sdk.explanations import plain
from mlops.events.models import Event
from mlops.explanations import queries
from mlops.explanations.models import Explanation
from mlops.runs.models import Step
from mlops.runs.step_tokens import issue
from tests.registry.shelf import registered
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db

GLOBAL: dict[str, Any] = {"columns": ["power", "make"], "importance": [3, 1.5]}
LOCAL: dict[str, Any] = {
    "columns": ["power", "make"],
    "outputs": ["price"],
    "base": 100,
    "contributions": [[10, -4], [-20, 2]],
    "rows": [{"power": 90, "make": "audi"}, [50, "fiat"]],
    "answers": [106, 82],
    "total_rows": 500,
    "method": "TreeExplainer of shap",
}


@pytest.fixture
def run(project, contributor):
    return past_run(contributor, project)


@pytest.fixture
def send(client, contributor, run):
    client.force_login(contributor)

    def sent(told: Any, status: int = 201) -> Any:
        answer = client.post(f"/api/v1/runs/{run.pk}/explanations/", told, content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return sent


def test_contributions_are_shown_for_all_rows_and_for_each(client, run, send):
    made = send(LOCAL)
    assert made["summary"]["weights"][0]["importance"] == 15
    assert made["summary"]["additivity"]["holds"]
    assert "2 of 500" in made["summary"]["sampling"]
    rows = client.get(f"/api/v1/explanations/{made['id']}/rows/").json()["results"]
    assert [row["sum"] for row in rows] == [[106], [82]]
    assert rows[1]["contributions"][1] == {"column": "make", "value": "fiat", "contributions": [2]}
    page = client.get(f"/explanations/{made['id']}/")
    assert b"TreeExplainer of shap" in page.content
    assert made["name"].encode() in client.get(f"/runs/{run.pk}/?tab=explanations").content
    assert Event.objects.get(type="mlops.explanation.uploaded").data["weightiest"] == ["power", "make"]


def test_global_importance_alone_is_enough_and_is_compared(client, send):
    first, second = send(GLOBAL), send(LOCAL)
    found = client.get(f"/api/v1/explanations/{first['id']}/compare/{second['id']}/").json()
    assert found["agreement"] == 1
    assert client.get(f"/explanations/{first['id']}/").status_code == 200
    assert client.get(f"/explanations/{first['id']}/compare/{second['id']}/").status_code == 200
    assert client.get(f"/explanations/{second['id']}/what-if/").status_code == 409


def test_one_that_names_a_version_is_that_versions_too(contributor, project, send):
    version = registered(contributor, project)
    made = send(LOCAL | {"model": "prices:1"})
    assert made["version"] == "prices:1"
    assert queries.latest(version) == Explanation.objects.get(pk=made["id"])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"columns": []}, "columns"),
        ({"columns": ["a", "a"]}, "columns"),
        ({"colums": ["a"]}, "colums"),
        ({"importance": [1]}, "importance"),
        ({"importance": [1, "many"]}, "float"),
        ({"contributions": [[1]], "importance": []}, "Row 0"),
        ({"contributions": [[1, None]], "importance": []}, "no number"),
        ({"contributions": [[1, 2]], "rows": [[1, 2], [3, 4]]}, "rows"),
        ({"importance": []}, "neither"),
        ({"unit": "apples"}, "apples"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(send, wrong, told):
    refused = send(GLOBAL | wrong, 422)
    assert refused["code"] == "explanation_invalid"
    assert told in refused["detail"]


def test_a_version_that_is_not_there_and_a_name_that_is_taken_are_refused(send):
    assert send(GLOBAL | {"model": "prices:7"}, 404)["code"] == "version_unknown"
    send(GLOBAL | {"name": "why"})
    assert send(GLOBAL | {"name": "why"}, 409)["code"] == "explanation_name_taken"


def test_the_code_of_a_step_brings_it_for_its_own_run_alone(client, contributor, project, run):
    from django.utils import timezone

    step = Step.objects.create(run=run, node="job", state="running", attempt=1, state_since=timezone.now())
    headers = {"Authorization": f"Bearer {issue(step)}"}
    other = past_run(contributor, project)
    statuses = [
        client.post(f"/api/v1/runs/{pk}/explanations/", GLOBAL, content_type="application/json", headers=headers)
        for pk in (run.pk, other.pk)
    ]
    assert [one.status_code for one in statuses] == [201, 404]
    assert client.get("/api/v1/models/", headers=headers).status_code == 401


class Shap:
    values = np.array([[[1.0, -1.0], [2.0, -2.0]]])
    base_values = np.array([[0.25, 0.75]])
    data = np.array([[5, 6]])
    feature_names = ("power", "weight")
    output_names = ("no", "yes")


class Azure:
    local_importance_values = ([[1.0, 2.0]], [[-1.0, -2.0]])
    expected_values = (0.25, 0.75)
    features = ("power", "weight")
    classes = ("no", "yes")


@pytest.mark.parametrize("given", [Shap(), Azure()])
def test_explanations_of_shap_and_of_azures_clients_are_read_alike(send, given):
    weights = send(plain(given))["summary"]["weights"]
    assert [(one["column"], one["by_output"]) for one in weights] == [("weight", [2, 2]), ("power", [1, 1])]
