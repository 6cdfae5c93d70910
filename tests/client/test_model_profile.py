"""`mlops model profile` against a real server."""

from __future__ import annotations

import pytest

from mlops.packaging import profile_tasks
from mlops.packaging.models import Profile
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = ("--cpu", "1", "--concurrency", "1", "--point-seconds", "0.2", "--memory-in-gb", "0.5,1")


def test_a_profile_is_asked_for_with_recorded_requests_and_told_by_azures_names(signed_in, owner, project, tmp_path):
    registered(owner, project)
    file = tmp_path / "requests.jsonl"
    file.write_text('{"data": [{"power": 90, "weight": 1000.5, "make": "audi"}]}\n')
    made = signed_in("model", "profile", "-n", "prices", "--requests", str(file), *QUICK, "--no-wait")
    assert made.status == 0, made.errors
    assert made.value["state"] == "Queued"
    profile_tasks.profile(str(Profile.objects.get().pk))
    (listed,) = signed_in("model", "list-profiles", "-n", "prices:1").value
    assert listed["state"] == "Succeeded"
    assert listed["requestedMemoryInGB"] == 1
    assert listed["recommendedCpu"] == 1


def test_what_a_deployment_serves_is_profiled_with_its_resources(signed_in, owner, project):
    from mlops.deployments import actions

    endpoint = actions.create_endpoint(owner, project, name="shop")
    version = registered(owner, project)
    actions.create_deployment(owner, endpoint, name="blue", version=version, entry="native", memory_bytes=2**30)
    made = signed_in("model", "profile", "--deployment", "shop/blue", "--no-wait")
    assert made.status == 0, made.errors
    assert (made.value["requestedCpu"], made.value["requestedMemoryInGB"]) == (1, 1)
    assert signed_in("model", "profile").status == 2


def test_what_cannot_be_measured_ends_with_status_three_and_a_hint(signed_in, owner, project):
    registered(owner, project)
    said = signed_in("model", "profile", "-n", "prices", "--cpu", "many")
    assert said.status == 3
    assert "cores" in said.errors
