"""A replay from the request to the report, with real scoring servers on both sides."""

from __future__ import annotations

import io
import json

import pytest

from mlops.deployments import recording
from mlops.deployments.actions import create_endpoint
from mlops.deployments.models import Deployment
from mlops.deployments.spools import sources
from mlops.formats.refusal import Refusal
from mlops.formats.spool import read_segment
from mlops.replays import actions, tasks
from mlops.replays.models import Replay
from tests.deployments.conftest import eventually
from tests.deployments.test_serving import deployed, score
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = """
import json
def init():
    pass
def run(data):
    rows = json.loads(data)["data"]
    return {"predictions": [{"Scored Labels": 2.0 * row["power"]} for row in rows]}
"""
LINES = b"".join(
    json.dumps({"data": [{"power": power, "weight": 1200.0, "make": "audi"}]}).encode() + b"\n" for power in (90, 100)
)


@pytest.fixture
def endpoint(contributor, project):
    return create_endpoint(contributor, project, name="prices")


def carried_out(asked: Replay) -> Replay:
    tasks.replay(str(asked.pk))
    asked.refresh_from_db()
    return asked


def test_a_deployment_is_compared_with_a_version_that_is_served_for_it(plane, contributor, project, endpoint):
    version = registered(contributor, project)
    deployed(contributor, endpoint, version=version, entry="native")
    deployed(contributor, endpoint, name="twice", version=version, entry="script", script=SCRIPT)
    same = actions.replay(contributor, endpoint, before="blue", after=str(version), requests=io.BytesIO(LINES))
    done = carried_out(same)
    assert (done.state, done.report["requests"], done.report["equal"]) == ("completed", 2, 2), done.reason
    assert done.reason == "0 of 2 requests were answered differently."
    other = actions.replay(contributor, endpoint, before="blue", after="twice", requests=io.BytesIO(LINES))
    report = carried_out(other).report
    assert report["differing"] == 2
    first = report["examples"][0]["differences"][0]
    assert (first["path"], first["after"]) == ("predictions[0].Scored Labels", 180.0)
    assert other.number == same.number + 1


def test_a_side_that_is_gone_ends_the_replay_with_the_reason(plane, contributor, project, endpoint):
    version = registered(contributor, project)
    deployed(contributor, endpoint, version=version, entry="native")
    asked = actions.replay(contributor, endpoint, before="blue", after=str(version), requests=io.BytesIO(LINES * 3))
    Deployment.objects.filter(endpoint=endpoint).update(ready_urls=["http://127.0.0.1:9"])
    done = carried_out(asked)
    assert done.state == "failed"
    assert "blue (prices:1) cannot be reached any more" in done.reason
    eventually(lambda: done.hint)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"before": "bleu"}, "side_unknown"),
        ({"after": "prices:9"}, "side_unknown"),
        ({"after": "blue"}, "sides_equal"),
        ({"requests": io.BytesIO(b"{nonsense")}, "request_unreadable"),
        ({"requests": None}, "requests_missing"),
        ({"dataset": "nowhere"}, "dataset_unknown"),
    ],
)
def test_what_cannot_be_replayed_is_refused_at_once(contributor, project, endpoint, fields, code):
    version = registered(contributor, project)
    deployment = Deployment(endpoint=endpoint, name="blue", version=version, entry="native", ready_urls=["http://x"])
    deployment.state_since = endpoint.created_at
    deployment.save()
    given = {"before": "blue", "after": "prices:1", "requests": io.BytesIO(LINES), **fields}
    with pytest.raises(Refusal) as refused:
        actions.replay(contributor, endpoint, **given)
    assert refused.value.code == code
    assert not Replay.objects.exists()


def test_pages_and_rest_show_the_report_and_a_cancelled_one_ends(client, contributor, project, endpoint):
    version = registered(contributor, project)
    deployment = Deployment(endpoint=endpoint, name="blue", version=version, entry="native", ready_urls=["http://x"])
    deployment.state_since = endpoint.created_at
    deployment.save()
    client.force_login(contributor)
    page = f"/endpoints/{endpoint.pk}/replays/"
    typed = {"before": "blue", "after": "prices:1", "requests": io.BytesIO(LINES), "relative": "0.01"}
    made = client.post(page, typed)
    assert (made.status_code, made["Location"]) == (302, f"{page}1/")
    assert "Waits for a worker." in client.get(f"{page}1/").content.decode()
    rest = f"/api/v1/online-endpoints/{endpoint.pk}/replays/1/"
    assert client.get(rest).json()["requests"] == "2 recorded requests"
    assert client.post(f"{rest}cancel/").json()["state"] == "cancelled"
    again = client.post(page, {"before": "blue", "after": "prises:1", "requests": io.BytesIO(LINES)})
    assert (again.status_code, 'value="prises:1"' in again.content.decode()) == (400, True)
    assert client.delete(rest).status_code == 204


def test_recorded_requests_are_replayed_and_forgotten_when_the_recording_ends(
    plane,
    client,
    contributor,
    project,
    endpoint,
):
    version = registered(contributor, project)
    deployed(contributor, endpoint, version=version, entry="native")
    deployed(contributor, endpoint, name="twice", version=version, entry="script", script=SCRIPT)
    with pytest.raises(Refusal, match="not recorded"):
        recording.recorded(contributor, endpoint)
    began = recording.begin(contributor, endpoint, most=10, hours=1)
    eventually(lambda: score(endpoint).status_code == 200 and recording.state_of(began).kept)
    client.force_login(contributor)
    base = f"/api/v1/online-endpoints/{endpoint.pk}/"
    told = client.get(f"{base}recording/requests/")
    assert json.loads(json.loads(told.content.splitlines()[0]))["data"][0]["make"] == "audi"
    body = {"before": "blue", "after": "twice", "recorded": True}
    made = client.post(f"{base}replays/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert carried_out(Replay.objects.get()).report["differing"] >= 1
    assert "recorded requests" in client.get(f"/endpoints/{endpoint.pk}/replays/").content.decode()
    recording.end(contributor, began)
    assert client.get(f"{base}recording/requests/").status_code == 409


@pytest.mark.parametrize("given", [{"most": 0}, {"most": 9_999_999}, {"hours": 0}, {"hours": 10_000}])
def test_a_recording_has_bounds(contributor, endpoint, given):
    with pytest.raises(Refusal) as refused:
        recording.begin(contributor, endpoint, **given)
    assert refused.value.where.parameter in given


def test_what_a_replay_asks_is_collected_by_nobody(plane, contributor, project, endpoint):
    version = registered(contributor, project)
    fields = {"version": version, "entry": "native", "collection": {"is_enabled": True}}
    blue, green = (deployed(contributor, endpoint, name=name, **fields) for name in ("blue", "green"))
    asked = actions.replay(contributor, endpoint, before="blue", after="green", requests=io.BytesIO(LINES))
    assert carried_out(asked).state == "completed"
    assert score(endpoint, LINES.splitlines()[0]).headers["x-mlops-collected"] == "1"

    def kept() -> int:
        found = [
            source.read(one.name)
            for deployment in (blue, green)
            for source in sources(deployment)
            for one in source.held()
        ]
        return sum(len(read_segment(content).records) for content in found)

    eventually(lambda: kept() > 0)
    assert kept() == 1
