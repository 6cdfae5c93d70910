"""`?explain=true` through the router: on split traffic, and with a named deployment, an explanation is of the version
that answered."""

from __future__ import annotations

import msgspec
import pytest

from mlops.formats.explanation import EXPLAINER_FILE, ScoringExplainer
from tests.router.test_router import ask, deployment, endpoint, router, write_table
from tests.scoring.folders import PREDICTED, ROW, price_folder
from tests.scoring.running import scoring
from tests.scoring.test_explaining import BACKGROUND, COLUMNS

BASES = {"blue": 13_000.0, "green": 7_000.0}
"""What each version's explanation starts from: the answers of its own background, on average."""


def explained_folder(folder, name, background):
    price_folder(folder)
    explainer = ScoringExplainer(explanation=f"explanation-{name}", columns=COLUMNS, background=background)
    (folder / EXPLAINER_FILE).write_bytes(msgspec.json.encode(explainer))
    return folder


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    folder = tmp_path_factory.mktemp("split")
    for name in BASES:
        (folder / name).mkdir()
    blue = explained_folder(folder / "blue", "blue", BACKGROUND)
    green = explained_folder(folder / "green", "green", BACKGROUND[:1])
    with scoring(blue) as first, scoring(green) as second:
        ports = [client.base_url.port for client in (first, second)]
        parts = [
            deployment(name, port, weight=50, timeout_seconds=20.0) for name, port in zip(BASES, ports, strict=True)
        ]
        write_table(folder / "routing.json", endpoint(*parts))
        with router(folder / "routing.json") as (client, _):
            yield client


def told(answer):
    assert answer.status_code == 200, answer.text
    found = answer.json()
    (one,) = found["explanations"]
    base = one["base"]["Scored Labels"]
    assert found["predictions"] == [PREDICTED]
    assert base + sum(one["contributions"]["Scored Labels"].values()) == pytest.approx(PREDICTED["Scored Labels"])
    return answer.headers["azureml-model-deployment"], found["explained_with"], base


def test_each_explanation_is_of_the_version_that_answered(front):
    answers = [told(ask(front, "/score?explain=true", json={"data": [ROW]})) for _ in range(24)]
    assert {name for name, _with, _base in answers} == set(BASES)
    assert all(explained == f"explanation-{name}" for name, explained, _base in answers)
    assert all(base == BASES[name] for name, _with, base in answers)


def test_a_named_deployment_explains_by_its_own_version(front):
    asked = ask(front, "/score?explain=true", to="green", json={"data": [ROW]})
    assert told(asked) == ("green", "explanation-green", BASES["green"])
