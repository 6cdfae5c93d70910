"""A model version that is registered, or comes into a stage, begins a job or a deployment from the repository."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mlops.deployments import actions as endpoints
from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.refusal import Refusal
from mlops.registry import pointing
from mlops.registry.models import ModelVersion
from mlops.repositories.models import Release, ReleaseCall
from mlops.repositories.releases import create_release, hand_out, set_enabled
from mlops.repositories.releasing.working import due, try_again, work
from mlops.runs.code import git_of
from mlops.runs.models import Run
from tests.deployments.test_acts import deploy, ready
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
CHECK = """$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: python train.py --model ${{inputs.model_name}} --version ${{inputs.model_version}}
code: ../src
environment: azureml:AzureML-sklearn-1.5@latest
inputs: {model_name: none, model_version: "0"}
"""
BLUE = """$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: prices
model: azureml:prices@latest
"""


def worked() -> ReleaseCall:
    hand_out()
    ReleaseCall.objects.exclude(next_at=None).update(next_at=timezone.now())
    for call in due(timezone.now()):
        work(call)
    return ReleaseCall.objects.select_related("run", "deployment").latest("pk")


@pytest.fixture
def checks(owner, repository, origin) -> Release:
    origin.push({"ci/check.yml": CHECK})
    return create_release(owner, repository, name="check", model="pri*", does="job", path="ci/check.yml")


def test_a_registered_version_runs_the_job_at_the_newest_commit(checks, owner, project, origin):
    version = registered(owner, project)

    call = worked()

    assert (call.state, call.commit) == ("running", origin.git("rev-parse", "HEAD")), call.reason
    run = Run.objects.get(pk=call.run_id)
    assert git_of(run).commit == call.commit
    given = run.spec["parameters"] if "parameters" in run.spec else str(run.spec)
    assert version.model.name in str(given)


def test_the_call_ends_as_its_run_ends(checks, owner, project):
    registered(owner, project)
    call = worked()
    Run.objects.filter(pk=call.run_id).update(state="failed", reason="It broke.")

    call = worked()

    assert (call.state, call.reason, call.next_at) == ("failed", "It broke.", None)


def test_a_worker_that_comes_again_starts_nothing_twice(checks, owner, project):
    registered(owner, project)
    worked()
    ReleaseCall.objects.update(state="waiting", next_at=timezone.now())
    worked()

    assert Run.objects.filter(kind="command").count() == 1


def test_a_job_without_an_input_for_it_says_so(checks, owner, project, origin):
    origin.push({"ci/check.yml": CHECK.split("inputs:")[0].replace("${{inputs.", "").replace("}}", "")})
    registered(owner, project)

    call = worked()

    assert call.state == "failed"
    assert "no input" in call.reason
    assert "model_version" in call.hint


@pytest.fixture
def endpoint(owner, project) -> Endpoint:
    return endpoints.create_endpoint(owner, project, name="prices")


@pytest.fixture
def ships(owner, repository, origin, endpoint) -> Release:
    origin.push({"deploy/blue.yml": BLUE})
    facts = {"does": "deployment", "path": "deploy/blue.yml", "stage": "Production", "traffic": 25.0}
    return create_release(owner, repository, name="ship", model="*", **facts)


def healthy() -> None:
    Deployment.objects.update(state="healthy", reason="")


def test_a_stage_deploys_the_version_and_gives_it_its_share(ships, owner, project, endpoint):
    version = registered(owner, project)
    assert not ReleaseCall.objects.exists()
    pointing.change_stage(owner, version, stage="Production")

    call = worked()
    assert (call.state, call.deployment.name, call.why) == ("running", "blue", "Production · olga"), call.reason
    deploy(owner, endpoint, version, name="green")
    ready(call.deployment)
    Endpoint.objects.update(traffic={"green": 100.0})
    call = worked()

    assert (call.state, Endpoint.objects.get().traffic) == ("done", {"green": 75.0, "blue": 25.0}), call.reason


def test_a_deployment_that_is_there_gets_a_new_revision(ships, owner, project, endpoint):
    endpoints.create_deployment(owner, endpoint, name="blue", version=registered(owner, project))
    healthy()
    second = registered(owner, project)
    pointing.change_stage(owner, second, stage="Production")

    assert worked().state == "running"
    assert Deployment.objects.get().version == second
    assert ModelVersion.objects.count() == 2


def test_a_deployment_that_fails_ends_the_call_with_its_reason_and_is_tried_again(ships, owner, project):
    pointing.change_stage(owner, registered(owner, project), stage="Production")
    worked()
    Deployment.objects.update(state="failed", reason="The server ended.", hint="See its log.")

    call = worked()
    assert (call.state, call.reason, call.hint) == ("failed", "The server ended.", "See its log.")
    try_again(owner, call)
    assert worked().state == "running"


def test_other_stages_and_tags_begin_nothing(ships, owner, project):
    Release.objects.update(tags={"team": "risk"})
    version = registered(owner, project)
    pointing.change_stage(owner, version, stage="Staging")
    pointing.change_stage(owner, version, stage="Production")
    hand_out()

    assert not ReleaseCall.objects.exists()


def test_what_happened_while_it_was_off_begins_nothing_later(checks, owner, project):
    set_enabled(owner, checks, is_enabled=False)
    registered(owner, project)
    hand_out()
    set_enabled(owner, checks, is_enabled=True)
    hand_out()

    assert not ReleaseCall.objects.exists()


def test_code_outside_the_repository_is_not_read(ships, owner, project, origin):
    evil = BLUE + "code_configuration: {code: /etc, scoring_script: passwd}\n"
    origin.push({"deploy/blue.yml": evil})
    pointing.change_stage(owner, registered(owner, project), stage="Production")

    call = worked()

    assert (call.state, "leads out" in call.reason) == ("failed", True), call.reason


@pytest.mark.parametrize(
    "facts",
    [
        {"does": "job", "path": "../x.yml"},
        {"does": "job", "path": "x.yml", "traffic": 10.0},
        {"does": "deployment", "path": "x.yml", "traffic": 101.0},
        {"does": "deployment", "path": "x.yml", "stage": "Prod"},
        {"does": "dance", "path": "x.yml"},
    ],
)
def test_terms_that_make_no_sense_are_refused(owner, repository, facts):
    with pytest.raises(Refusal) as refused:
        create_release(owner, repository, name="bad", **facts)
    assert refused.value.code == "release_invalid"


def test_calls_of_many_releases_are_read_at_once(client, owner, repository, project):
    client.force_login(owner)
    asked = []
    for name in ("one", "two", "three"):
        create_release(owner, repository, name=name, does="job", path="ci/check.yml")
        registered(owner, project, name=f"prices-{name}")
        hand_out()
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(f"/api/v1/repositories/{repository.pk}/releases/").json()
        asked.append(len(queries))

    assert asked[1] == asked[2]
    assert {one["name"]: [call["model"] for call in one["calls"]] for one in shown} == {
        "one": ["prices-three", "prices-two", "prices-one"],
        "two": ["prices-three", "prices-two"],
        "three": ["prices-three"],
    }


def test_the_page_sets_one_up_and_shows_what_became_of_it(client, owner, repository, checks, project):
    registered(owner, project)
    worked()
    client.force_login(owner)
    address = f"/repositories/{repository.pk}/releases/"
    typed = {"act": "create", "name": "ship", "model": "prices", "does": "deployment", "path": "d.yml", "traffic": "10"}

    assert client.post(address, typed).status_code == 302
    shown = client.get(address).content.decode()
    assert "ship" in shown
    assert f"/runs/{Run.objects.get(kind='command').pk}/" in shown
    assert client.post(address, {**typed, "traffic": "many"}).status_code == 422
