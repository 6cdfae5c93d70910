"""`mlops rollout`, and the way back by command, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops.deployments import actions
from mlops.rollouts.models import Rollout
from mlops.rollouts.tasks import look_at_all
from tests.client.conftest import Mlops
from tests.deployments.test_acts import deploy, ready
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)
HERE = ("-e", "prices")


@pytest.fixture
def prices(owner, project, signed_in: Mlops) -> Mlops:
    endpoint = actions.create_endpoint(owner, project, name="prices")
    version = registered(owner, project)
    for name in ("blue", "green"):
        deploy(owner, endpoint, version, name=name)
    return signed_in


def test_a_rollout_is_led_by_command(prices: Mlops):
    made = prices("rollout", "create", *HERE, "-d", "green", "--steps", "5 100", "--gate", "errors=0.02 latency=2")
    assert (made.status, made.value["candidate"], made.value["plan"]["gates"][1]["ratio"]) == (0, "green", 2)
    look_at_all()
    assert prices("rollout", "show", *HERE).value["traffic"] == {"blue": 95, "green": 5}
    for verb, state in (
        ("pause", "paused"),
        ("resume", "running"),
        ("promote", "finished"),
        ("rollback", "rolled_back"),
    ):
        assert prices("rollout", verb, *HERE, "--reason", "Because").value["state"] == state
    assert [row["number"] for row in prices("rollout", "list", *HERE).value] == [1]


def test_a_plan_comes_from_a_file_and_a_shadow_step_before_it(prices: Mlops, tmp_path: Path):
    plan = tmp_path / "plan.yml"
    plan.write_text("steps: [10, {percent: 100, least_seconds: 5}]\nalpha: 0.01\n")
    made = prices("rollout", "create", *HERE, "-d", "green", "-f", str(plan), "--mirror", "20")
    steps = made.value["plan"]["steps"]
    assert [(one["percent"], one["mirror"]) for one in steps] == [(0, 20), (10, 0), (100, 0)]
    assert made.value["plan"]["alpha"] == 0.01


def test_waiting_ends_with_status_1_where_it_was_rolled_back(prices: Mlops):
    prices("rollout", "create", *HERE, "-d", "green")
    prices("rollout", "rollback", *HERE)
    waited = prices("rollout", "wait", *HERE)
    assert (waited.status, "Rolled back by hand." in waited.errors) == (1, True)


def test_a_plan_that_cannot_hold_is_refused_with_status_3(prices: Mlops):
    refused = prices("rollout", "create", *HERE, "-d", "green", "--steps", "50 10")
    assert (refused.status, "The steps go back" in refused.errors) == (3, True)
    assert prices("rollout", "create", *HERE, "-d", "green", "--steps", "many").status == 2
    assert not Rollout.objects.exists()


def test_outcomes_are_reported_from_a_file_and_count_once(prices: Mlops, tmp_path: Path):
    file = tmp_path / "outcomes.json"
    file.write_text('{"outcomes": [{"request_id": "a", "value": 1, "deployment": "green"}]}')
    new = [prices("rollout", "report", *HERE, "-f", str(file)).value["new"] for _time in range(2)]
    assert new == [1, 0]


def test_the_traffic_and_its_copies_are_set_and_set_back(prices: Mlops, tmp_path: Path):
    update = ("online-endpoint", "update", "-n", "prices")
    file = tmp_path / "endpoint.yml"
    file.write_text("name: prices\ntraffic: {blue: 70, green: 30}\n")
    set_now = prices(*update, "-f", str(file), "--mirror-traffic", "green=20").value
    assert (set_now["traffic"], set_now["mirror_traffic"]) == ({"blue": 70, "green": 30}, {"green": 20})
    assert prices(*update, "--previous").value["traffic"] == {"blue": 100}
    assert prices(*update).status == 2


def test_a_deployment_goes_back_to_the_revision_before(prices: Mlops, owner):
    from mlops.deployments.models import Deployment

    blue = Deployment.objects.get(name="blue")
    actions.update_deployment(owner, blue, cpus=2)
    ready(blue)
    told = prices("online-deployment", "revisions", "-n", "blue", *HERE).value
    assert (told[0]["number"], told[0]["told"]) == (2, "cpus: 1.0 → 2.0")
    back = prices("online-deployment", "rollback", "-n", "blue", *HERE).value
    assert (back["revision"], back["settings"]["cpus"]) == (3, 1)


def test_a_change_in_place_is_undone(prices: Mlops, owner):
    from mlops.deployments.models import Deployment

    blue = ("-n", "blue", *HERE)
    assert prices("online-deployment", "undo", *blue).status == 2
    actions.update_deployment(owner, Deployment.objects.get(name="blue"), description="Cheap", reason="For the list")
    assert prices("online-deployment", "revisions", *blue).value[0]["told"].startswith("description:  → Cheap")
    assert prices("online-deployment", "undo", *blue).value["settings"]["description"] == ""
