"""The history of a deployment, and the way back to what it was."""

from __future__ import annotations

import pytest

from mlops.deployments import actions, revisions
from mlops.deployments.models import Endpoint
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from tests.deployments.test_acts import deploy, endpoint, ready, version  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def updated(contributor, endpoint, version):  # noqa: F811
    deployment = deploy(contributor, endpoint, version, most_concurrent=4)
    actions.update_deployment(contributor, deployment, cpus=2, most_concurrent=False, reason="p99 was too high")
    return ready(deployment)


def test_the_history_tells_what_each_revision_changed(updated):
    newest, first = revisions.history(updated)
    told = {one.field: (one.before, one.after, one.restarts) for one in newest.changes}
    assert told == {"cpus": (1.0, 2.0, True), "most_concurrent": (4, None, True)}
    assert (newest.revision.reason, newest.is_present, newest.is_serving) == ("p99 was too high", True, True)
    assert (first.changes, first.is_present) == ((), False)


def test_going_back_is_a_new_revision_equal_to_the_old_one(contributor, updated):
    revisions.restore(contributor, updated, number=1)
    rows = {one.number: one for one in revisions.revisions_of(updated)}
    assert (updated.revision, updated.state) == (3, "transitioning")
    assert not revisions.difference(rows[1], rows[3])
    event = Event.objects.filter(type="mlops.deployment.updated").latest("seq")
    assert (event.data["restored"], event.reason) == (1, "Back to revision 1.")


def test_what_concerns_no_server_goes_back_in_place(contributor, updated):
    actions.update_deployment(contributor, updated, cpus=2, description="Faster")
    assert updated.revision == 2
    with pytest.raises(Refusal) as refused:
        revisions.restore(contributor, updated, number=2)
    assert refused.value.code == "nothing_to_restore"


def test_an_unknown_revision_names_those_that_are(contributor, updated):
    with pytest.raises(Refusal) as refused:
        revisions.restore(contributor, updated, number=7)
    assert refused.value.hint == "There are: 2, 1."


def test_nothing_is_restored_during_a_transition(contributor, updated):
    actions.update_deployment(contributor, updated, cpus=1)
    with pytest.raises(Refusal) as refused:
        revisions.restore(contributor, updated, number=1)
    assert refused.value.code == "deployment_in_transition"


def test_the_traffic_goes_back_and_forth(contributor, endpoint, version):  # noqa: F811
    for name in ("blue", "green"):
        deploy(contributor, endpoint, version, name=name)
    with pytest.raises(Refusal) as refused:
        actions.restore_traffic(contributor, endpoint)
    assert refused.value.code == "no_earlier_traffic"
    actions.update_traffic(contributor, endpoint, shares={"green": 100})
    assert actions.restore_traffic(contributor, endpoint).traffic == {"blue": 100}
    assert actions.restore_traffic(contributor, endpoint).traffic == {"green": 100}


def test_copies_are_set_beside_the_traffic(contributor, endpoint, version):  # noqa: F811
    for name in ("blue", "green"):
        deploy(contributor, endpoint, version, name=name)
    actions.update_traffic(contributor, endpoint, mirrors={"green": 20})
    changed = Endpoint.objects.get()
    assert (changed.traffic, changed.mirrors) == ({"blue": 100}, {"green": 20})
    with pytest.raises(Refusal, match="no share"):
        actions.update_traffic(contributor, endpoint, mirrors={"green": 120})


def test_rest_tells_and_restores(client, contributor, updated):
    client.force_login(contributor)
    path = f"/api/v1/online-endpoints/{updated.endpoint_id}/deployments/blue/revisions/"
    rows = client.get(path).json()["results"]
    assert [(row["number"], row["created_by"], row["is_serving"]) for row in rows] == [
        (2, "carl", True),
        (1, "carl", False),
    ]
    answer = client.post(f"{path}1/restore/", {"reason": "No good"}, content_type="application/json")
    assert (answer.status_code, answer.json()["revision"]) == (200, 3)


def test_a_script_stays_when_settings_alone_are_changed(contributor, endpoint, version):  # noqa: F811
    script = "def init(): pass\ndef run(data): return data\n"
    deployment = deploy(contributor, endpoint, version, script=script)
    actions.update_deployment(contributor, deployment, cpus=2)
    newest, first = revisions.revisions_of(deployment)
    assert (newest.entry, newest.script) == ("script", first.script)


def test_a_change_in_place_is_told_and_undone(contributor, updated):
    actions.update_deployment(contributor, updated, scale={"most_instances": 3}, instances=2, reason="Monday")
    newest = revisions.history(updated)[0]
    (edit,) = newest.edits
    assert (edit.by, edit.reason, {one.field for one in edit.changes}) == ("carl", "Monday", {"scale", "instances"})
    assert {one.field for one in newest.changes} == {"cpus", "most_concurrent"}
    revisions.undo_edit(contributor, updated, place=1)
    assert (updated.revision, updated.wanted.scale, updated.wanted.instances) == (2, None, 1)
    assert len(revisions.history(updated)[0].edits) == 2
