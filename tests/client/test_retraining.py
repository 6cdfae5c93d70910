"""`mlops retraining` against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.retraining.models import Attempt, Policy
from tests.client.conftest import Mlops
from tests.retraining.conftest import add_cars, pipeline  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)
HERE = ("-n", "prices")
FILE = """\
type: retraining
name: prices
model: prices
what:
  pipeline: train prices
  parameters:
    data: ${{newest.Cars}}
compare:
  criteria:
    - metric: auc
      margin: 0.01
then:
  do: tag
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "policy.yml"
    place.write_text(FILE)
    return place


def test_a_policy_is_made_from_a_file_and_changed_by_the_same_file(signed_in: Mlops, pipeline, file: Path):  # noqa: F811
    made = signed_in("retraining", "create", "-f", str(file))
    assert (made.status, made.value["settings"]["compare"]["criteria"][0]["margin"]) == (0, 0.01)
    file.write_text(FILE.replace("0.01", "0.02"))
    assert signed_in("retraining", "create", "-f", str(file)).value["revision"] == 2
    assert [row["name"] for row in signed_in("retraining", "list").value] == ["prices"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("margin", "margn", "line 11: “margn” is no field of “criteria”. Did you mean 'margin'?"),
        ("do: tag", "do: tags", "line 13: “do” cannot be understood"),
        ("  pipeline: train prices\n", "", "line 4: “what” lacks “pipeline”."),
        ("model: prices\n", "modell: prices\n", "line 3: “modell” is no field of a retraining policy."),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(mlops: Mlops, file: Path, old, new, said):
    file.write_text(FILE.replace(old, new))
    answer = mlops("retraining", "create", "-f", str(file))
    assert answer.status == 3
    assert said in answer.errors.replace("\nhint: ", " ")


def test_a_push_waits_for_the_decision_and_tells_it_by_its_status(signed_in: Mlops, pipeline, file: Path):  # noqa: F811
    signed_in("retraining", "create", "-f", str(file))
    run = ("retraining", "run", *HERE, "--push", "--key", "abc")
    started = signed_in(*run, "--set", "commit=abc")
    assert (started.status, started.value["trigger"]["fields"]) == (0, {"commit": "abc"})
    Attempt.objects.update(stage="rejected", reason="It is worse.")
    again = signed_in(*run, "--stream")
    assert (again.status, "It is worse." in again.errors) == (1, True)
    assert Attempt.objects.count() == 1
    Attempt.objects.update(stage="promoted")
    assert signed_in(*run, "--stream").status == 0


def test_a_policy_is_switched_shown_and_deleted_by_command(signed_in: Mlops, pipeline, file: Path):  # noqa: F811
    signed_in("retraining", "create", "-f", str(file))
    assert signed_in("retraining", "disable", *HERE).value["enabled"] is False
    signed_in("retraining", "run", *HERE)
    assert signed_in("retraining", "cancel", *HERE, "--reason", "Not now").value["stage"] == "cancelled"
    assert [row["number"] for row in signed_in("retraining", "attempts", *HERE).value] == [1]
    assert signed_in("retraining", "history", *HERE).value == []
    assert signed_in("retraining", "delete", "-y", *HERE).status == 0
    assert not Policy.objects.exists()
