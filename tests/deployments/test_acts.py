"""What may be done with endpoints and deployments, and what is refused with which words."""

from __future__ import annotations

import pytest
from django.utils import timezone

from mlops.deployments import actions, queries
from mlops.deployments.models import Deployment, DeploymentState
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.packaging.models import Conversion, ConversionState
from mlops.registry.actions import delete_version
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(contributor, project):
    return actions.create_endpoint(contributor, project, name="prices")


@pytest.fixture
def version(contributor, project):
    return registered(contributor, project)


def ready(deployment: Deployment) -> Deployment:
    """As if its server had become ready."""
    Deployment.objects.filter(pk=deployment.pk).update(
        state=DeploymentState.HEALTHY,
        ready_revision=deployment.revision,
        placing={"port": 18_000},
        ready_placing={"port": 18_000},
        ready_urls=["http://127.0.0.1:18000"],
    )
    deployment.refresh_from_db()
    return deployment


def deploy(actor, endpoint, version, *, name="blue", **more) -> Deployment:
    return ready(actions.create_deployment(actor, endpoint, name=name, version=version, **more))


def test_an_optimised_form_is_served_only_where_it_is_named(contributor, endpoint, version):
    now = {"version": version, "state": ConversionState.ACCEPTED, "state_since": timezone.now()}
    usual = Conversion.objects.create(**now)
    optimised = Conversion.objects.create(**now, kind="optimised")
    assert deploy(contributor, endpoint, version).conversion == usual
    chosen = deploy(contributor, endpoint, version, name="green", entry="onnx", onnx_form="optimised")
    assert chosen.conversion == optimised
    with pytest.raises(Refusal) as refused:
        deploy(contributor, endpoint, version, name="red", entry="onnx", onnx_form="int8")
    assert refused.value.code == "onnx_form_missing"


def test_the_first_deployment_gets_all_the_traffic(contributor, endpoint, version):
    deploy(contributor, endpoint, version)
    deploy(contributor, endpoint, version, name="green")
    endpoint.refresh_from_db()
    assert endpoint.traffic == {"blue": 100}


def test_traffic_must_add_up_and_name_deployments_that_exist(contributor, endpoint, version):
    deploy(contributor, endpoint, version)
    deploy(contributor, endpoint, version, name="green")
    assert actions.update_traffic(contributor, endpoint, shares={"blue": 90, "green": 10}).traffic["green"] == 10
    for shares, word in (({"blue": 90}, "add up to 90"), ({"bleu": 100}, "bleu"), ({"blue": "x"}, "no share")):
        with pytest.raises(Refusal, match=word):
            actions.update_traffic(contributor, endpoint, shares=shares)
    with pytest.raises(Refusal) as refused:
        actions.update_traffic(contributor, endpoint, shares={"bleu": 100})
    assert refused.value.hint == "Did you mean 'blue'?"


def test_nothing_is_changed_while_a_deployment_is_in_transition(contributor, endpoint, version):
    deployment = actions.create_deployment(contributor, endpoint, name="blue", version=version)
    for act in (
        lambda: actions.update_deployment(contributor, deployment, cpus=2),
        lambda: actions.update_traffic(contributor, endpoint, shares={"blue": 100}),
        lambda: actions.delete_deployment(contributor, deployment),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert (refused.value.code, refused.value.status) == ("deployment_in_transition", 409)


def test_a_deployment_with_traffic_goes_only_when_it_is_the_last(contributor, endpoint, version):
    blue = deploy(contributor, endpoint, version)
    green = deploy(contributor, endpoint, version, name="green")
    with pytest.raises(Refusal) as refused:
        actions.delete_deployment(contributor, blue)
    assert refused.value.code == "deployment_has_traffic"
    assert "“green”" in refused.value.hint
    actions.delete_deployment(contributor, green)
    actions.delete_deployment(contributor, blue)
    endpoint.refresh_from_db()
    assert endpoint.traffic == {}


def test_a_deployed_version_cannot_be_deleted_and_the_refusal_names_where(contributor, endpoint, version):
    deploy(contributor, endpoint, version)
    with pytest.raises(Refusal) as refused:
        delete_version(contributor, version)
    assert refused.value.code == "model_in_use"
    assert "“blue” of the endpoint “prices”" in refused.value.message


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "no spaces"}, "name_invalid"),
        ({"entry": "onx"}, "entry_unknown"),
        ({"entry": "script", "script": ""}, "script_invalid"),
        ({"entry": "script", "script": "def run(data:\n"}, "script_invalid"),
        ({"entry": "script", "script": "x: int\n"}, "script_invalid"),
        ({"cpus": 0}, "resource_out_of_range"),
        ({"memory_bytes": 5}, "resource_out_of_range"),
        ({"timeout_seconds": "soon"}, "resource_out_of_range"),
    ],
)
def test_what_cannot_be_deployed_is_refused_before_anything_is_made(contributor, endpoint, version, fields, code):
    with pytest.raises(Refusal) as refused:
        actions.create_deployment(contributor, endpoint, **{"name": "blue", "version": version, **fields})
    assert refused.value.code == code
    assert not Deployment.objects.exists()


def test_keys_are_for_contributors_and_never_in_an_event(contributor, reader, endpoint):
    with pytest.raises(Refusal) as refused:
        actions.credentials(reader, endpoint)
    assert refused.value.status == 403
    before = actions.credentials(contributor, endpoint)
    after = actions.regenerate_key(contributor, endpoint, which="primary")
    assert (before.primary != after.primary, before.secondary) == (True, after.secondary)
    told = " ".join(str(event.data) for event in Event.objects.all())
    assert before.primary not in told
    assert after.primary not in told


def test_names_are_taken_once(contributor, project, endpoint, version):
    deploy(contributor, endpoint, version)
    with pytest.raises(Refusal, match="already"):
        actions.create_endpoint(contributor, project, name="prices")
    with pytest.raises(Refusal, match="already"):
        deploy(contributor, endpoint, version)


def test_the_rest_face_creates_and_tells(client, contributor, project, version):
    client.force_login(contributor)
    made = client.post("/api/v1/online-endpoints/", {"project": project.slug, "name": "prices"}).json()
    base = f"/api/v1/online-endpoints/{made['id']}/"
    body = {"name": "blue", "model": "prices", "version": 1}
    deployment = client.post(f"{base}deployments/", body, content_type="application/json")
    assert deployment.status_code == 201, deployment.content
    assert deployment.json()["state"] == "transitioning"
    told = client.get(base).json()
    assert told["traffic"] == {"blue": 100}
    assert told["scoring_uri"].endswith("/endpoints/churn/prices/score")
    assert [row["name"] for row in client.get(f"{base}deployments/").json()["results"]] == ["blue"]
    assert set(client.get(f"{base}credentials/").json()) == {"primary_key", "secondary_key"}
    assert client.get(f"{base}logs/").json() == {"deployment": "blue", "lines": [], "explanations": []}
    assert client.get(f"{base}metrics/").json()["summary"]["requests"] == 0


def test_the_call_is_told_as_a_program_with_the_signature_s_columns(client, contributor, endpoint, version):
    deploy(contributor, endpoint, version)
    client.force_login(contributor)
    base = f"/api/v1/online-endpoints/{endpoint.pk}/program/"
    told = client.get(base, {"language": "go"}).json()
    assert (told["file"], "ENDPOINT_KEY" in told["program"], "power" in told["program"]) == ("score.go", True, True)
    refused = client.get(base, {"language": "javscript"})
    assert (refused.status_code, refused.json()["hint"]) == (400, "Did you mean 'javascript'?")


def test_strangers_find_no_endpoint(client, stranger, endpoint):
    client.force_login(stranger)
    assert client.get(f"/api/v1/online-endpoints/{endpoint.pk}/").status_code == 404
    assert queries.visible_to(stranger).count() == 0


def test_a_script_that_is_given_is_the_entry(contributor, endpoint, version):
    script = "def init():\n    pass\ndef run(data):\n    return data\n"
    assert deploy(contributor, endpoint, version, script=script).entry == "script"


def test_an_entry_that_was_chosen_stays_when_the_version_changes(contributor, endpoint, version):
    deployment = deploy(contributor, endpoint, version, entry="native")
    assert actions.update_deployment(contributor, deployment, version=version).entry == "native"
