"""A deployment's settings: checked before anything is made, kept for each revision."""

from __future__ import annotations

import pytest

from mlops.deployments import actions
from mlops.deployments.models import DeploymentRevision
from mlops.deployments.settings import checked_settings
from mlops.formats.deployment import DeploymentSettings, changes
from mlops.formats.refusal import Refusal
from tests.deployments.test_acts import deploy, endpoint, version  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "code", "parameter"),
    [
        ({"memory": 5}, "setting_unknown", "memory"),
        ({"variables": ["A=1"]}, "setting_invalid", "variables"),
        ({"scale": {"least_instances": 4, "most_instances": 2}}, "setting_invalid", "scale"),
        ({"scale": {"speed": 4}}, "setting_invalid", "scale"),
        ({"scale": {"least_instances": 0}}, "setting_invalid", "scale"),
        ({"scale": {"target_utilization": 70}}, "setting_invalid", "scale"),
        ({"instances": 0}, "resource_out_of_range", "instances"),
    ],
)
def test_a_setting_that_cannot_hold_is_refused_by_its_name(given, code, parameter):
    with pytest.raises(Refusal) as refused:
        checked_settings(given)
    assert (refused.value.code, refused.value.where.parameter) == (code, parameter)


def test_changes_name_what_differs_before_and_after():
    before = DeploymentSettings()
    after = checked_settings({"cpus": "2", "instances": 3, "variables": None}, base=before)
    assert changes(before, after) == {"cpus": (1.0, 2.0), "instances": (1, 3)}


def test_a_number_that_follows_the_load_can_be_fixed_again():
    following = checked_settings({"scale": {"most_instances": 3}})
    assert checked_settings({"scale": None}, base=following).scale is not None
    assert checked_settings({"scale": False}, base=following).scale is None


def test_each_update_leaves_a_revision_with_its_reason(contributor, endpoint, version):  # noqa: F811
    deployment = deploy(contributor, endpoint, version)
    actions.update_deployment(contributor, deployment, cpus=2, reason="p99 was too high")
    newest, first = DeploymentRevision.objects.filter(deployment=deployment)
    assert (first.wanted.cpus, newest.wanted.cpus, newest.reason) == (1, 2, "p99 was too high")
    assert (newest.model, newest.created_by) == ("prices:1", contributor)


def test_a_deployment_stays_on_its_target(contributor, endpoint, version):  # noqa: F811
    deployment = deploy(contributor, endpoint, version)
    with pytest.raises(Refusal) as refused:
        actions.update_deployment(contributor, deployment, target="docker")
    assert refused.value.code == "target_is_fixed"


def test_rest_takes_and_tells_settings(client, contributor, endpoint, version):  # noqa: F811
    client.force_login(contributor)
    base = f"/api/v1/online-endpoints/{endpoint.pk}/deployments/"
    body = {"name": "blue", "model": "prices", "queue": 5, "variables": {"MODE": "fast"}}
    made = client.post(base, body, content_type="application/json").json()
    assert (made["settings"]["queue"], made["settings"]["variables"]) == (5, {"MODE": "fast"})
