"""Profiles as rows: asked for, measured in a child process, cancelled, found again, and called by REST."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from mlops.formats.refusal import Refusal
from mlops.packaging import profile_actions, profile_tasks, queries
from mlops.packaging.models import Profile, ProfileState
from mlops.packaging.profile_orders import checked_order
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db

QUICK = {"cores": "1", "concurrency": "1, 2", "rows": "1", "point_seconds": 0.2, "p99_target_ms": 60000}
AZURE = {
    *("name", "state", "requestedCpu", "requestedMemoryInGB", "requestedQueriesPerSecond", "maxUtilizedMemoryInGB"),
    *("maxUtilizedCpu", "totalQueries", "successQueries", "successRate", "averageLatencyInMs", "recommendedCpu"),
    *(f"latencyPercentile{share}InMs" for share in ("50", "90", "95", "99", "999")),
    *("measuredQueriesPerSecond", "recommendedMemoryInGB", "description", "createdTime", "error"),
}


def asked(actor: Any, project: Any, **more: Any) -> Profile:
    version = more.pop("version", None) or registered(actor, project)
    return profile_actions.profile(actor, version, order=checked_order(QUICK), **more)


def done(profile: Profile) -> Profile:
    profile_tasks.profile(str(profile.pk))
    profile.refresh_from_db()
    return profile


def test_a_profile_of_the_original_model_ends_with_a_recommendation(contributor, project):
    profile = done(asked(contributor, project))
    assert profile.state == ProfileState.COMPLETED, f"{profile.reason} {profile.log}"
    found = queries.recommended(profile.version)
    assert found.profile == profile
    assert found.recommendation.cores == 1
    assert found.recommendation.memory_bytes >= 512 * 1024**2


def test_the_result_has_every_member_of_azures(client, contributor, project):
    client.force_login(contributor)
    version = registered(contributor, project)
    address = f"/api/v1/models/{version.model_id}/versions/{version.number}/profiles/"
    made = client.post(address, {**QUICK, "name": "first"}, content_type="application/json")
    assert made.status_code == 201, made.content
    done(Profile.objects.get())
    result = client.get(f"/api/v1/profiles/{made.json()['id']}/").json()["result"]
    assert set(result) >= AZURE
    assert result["state"] == "Succeeded"
    assert result["successRate"] == 100


def test_a_failed_profile_says_why_and_where_its_log_is(client, contributor, project):
    client.force_login(contributor)
    profile = asked(contributor, project, requests=io.BytesIO(b'{"data": [{"nothing": 1}]}'))
    assert done(profile).state == ProfileState.FAILED
    result = client.get(f"/api/v1/profiles/{profile.pk}/").json()["result"]
    assert "nothing" in result["error"]["message"]
    assert client.get(result["errorLogsUri"]).status_code == 200


def test_readers_cannot_profile(contributor, reader, project):
    version = registered(contributor, project)
    with pytest.raises(Refusal) as refused:
        asked(reader, project, version=version)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"cores": "0"}, "cores"),
        ({"cores": "many"}, "no number"),
        ({"concurrency": [1, 1000]}, "concurrency"),
        ({"memory_bytes": 1}, "memory_bytes"),
        ({"path": "/swagger.json"}, "path"),
        ({"rows": []}, "empty"),
        ({"corse": 1}, "corse"),
        ({"concurrency": list(range(1, 60)), "rows": [1, 2]}, "too many"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(given, told):
    with pytest.raises(Refusal, match=told):
        checked_order(given)


def test_a_profile_of_onnx_needs_an_accepted_conversion(contributor, project):
    with pytest.raises(Refusal) as refused:
        asked(contributor, project, entry="onnx")
    assert refused.value.code == "not_converted"


def test_names_are_given_by_themselves_and_not_twice(contributor, project):
    first = asked(contributor, project)
    assert asked(contributor, project, version=first.version).name == "profile-2"
    with pytest.raises(Refusal) as refused:
        asked(contributor, project, version=first.version, name="profile-1")
    assert refused.value.status == 409


def test_a_waiting_profile_is_cancelled_at_once(contributor, project):
    profile = profile_actions.cancel(contributor, asked(contributor, project))
    assert profile.state == ProfileState.CANCELLED
    with pytest.raises(Refusal):
        profile_actions.cancel(contributor, profile)


def test_a_running_profile_is_cancelled_by_its_worker(contributor, project):
    profile = asked(contributor, project)
    Profile.objects.update(cancel_asked=True)
    assert done(profile).state == ProfileState.CANCELLED


def test_two_profiles_do_not_run_at_once(contributor, project):
    first = asked(contributor, project)
    later = timezone.now() + timedelta(minutes=1)
    Profile.objects.update(state=ProfileState.RUNNING, lease_until=later)
    second = done(asked(contributor, project, version=first.version))
    assert second.state == ProfileState.QUEUED
    assert "disturb" in second.reason


def test_a_lost_worker_gives_its_profile_back_and_at_last_up(contributor, project):
    profile = asked(contributor, project)
    past = timezone.now() - timedelta(minutes=5)
    for attempt, state in ((1, ProfileState.QUEUED), (3, ProfileState.FAILED)):
        Profile.objects.update(state=ProfileState.RUNNING, lease_until=past, attempt=attempt)
        profile_tasks.sweep()
        profile.refresh_from_db()
        assert profile.state == state
