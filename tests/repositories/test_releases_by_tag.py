"""A tag that is pushed begins the job or the deployment of its commit, once."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.access.sealing import unseal
from mlops.accounts.membership import give_role
from mlops.accounts.roles import create_role
from mlops.deployments import actions as endpoints
from mlops.deployments.models import Deployment
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.registry import pointing
from mlops.repositories import looks
from mlops.repositories.models import Release, ReleaseCall
from mlops.repositories.releases import create_release, hand_out, set_enabled
from mlops.repositories.releasing.working import try_again, work
from mlops.runs.code import git_of
from mlops.runs.models import Run
from tests.registry.shelf import registered
from tests.repositories.conftest import JOB

pytestmark = pytest.mark.django_db
BLUE = """$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: prices
model: azureml:prices@champion
"""
EVENTS = {
    "github": ("x-github-event", "push"),
    "gitlab": ("x-gitlab-event", "Tag Push Hook"),
    "gitea": ("x-gitea-event", "push"),
}


@pytest.fixture
def trains(owner, repository) -> Release:
    return create_release(owner, repository, name="train", git_tag="v*", does="job", path=".mlops/train.yml")


def pushed(client, row, tag: str, points_to: str, *, secret: str = "", key: str = "1"):
    """The call that the host makes."""
    content = json.dumps({"ref": f"refs/tags/{tag}", "before": "0" * 40, "after": points_to, "user_name": "ann"})
    secret = secret or unseal(row.hook_secret)
    signature = hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()
    name, event = EVENTS.get(row.host, EVENTS["github"])
    headers = {name: event, "idempotency-key": key, "x-gitlab-token": secret, "x-gitea-signature": signature}
    headers["x-hub-signature-256"] = f"sha256={signature}"
    where = f"/api/v1/repositories/{row.pk}/hook/"
    return client.post(where, content, content_type="application/json", headers=headers)


def worked() -> ReleaseCall:
    ReleaseCall.objects.exclude(next_at=None).update(next_at=timezone.now())
    for pk in ReleaseCall.objects.exclude(next_at=None).values_list("pk", flat=True):
        work(pk)
    return ReleaseCall.objects.select_related("run", "deployment").latest("pk")


@pytest.mark.parametrize("host", EVENTS)
@pytest.mark.parametrize("message", ["", "The first"], ids=["plain", "annotated"])
def test_a_pushed_tag_runs_the_job_of_its_commit(client, repository, trains, origin, host, message):
    repository.host = host
    repository.save()
    points_to = origin.tag("v1.0", message=message)
    commit = origin.git("rev-parse", "HEAD")
    origin.push({".mlops/train.yml": "broken: ["})

    assert pushed(client, repository, "v1.0", points_to).status_code == 202
    call = worked()

    assert (call.state, call.commit, call.git_tag, call.why) == ("running", commit, "v1.0", "ann"), call.reason
    assert git_of(Run.objects.get(pk=call.run_id)).commit == commit


def test_a_call_without_the_right_signature_begins_nothing(client, repository, trains, origin):
    assert pushed(client, repository, "v1", origin.tag("v1"), secret="guessed").status_code == 401
    assert not ReleaseCall.objects.exists()


def test_other_tags_and_deleted_ones_begin_nothing(client, repository, trains):
    assert pushed(client, repository, "nightly", "ab" * 20).status_code == 200
    assert pushed(client, repository, "v1", "0" * 40, key="2").status_code == 200
    assert not ReleaseCall.objects.exists()


def test_webhook_and_regular_look_begin_it_once(client, repository, trains, origin):
    origin.tag("v0")
    looks.poll(repository)
    pushed(client, repository, "v1", origin.tag("v1", message="One"))
    looks.poll(repository)
    looks.poll(repository)

    assert list(ReleaseCall.objects.values_list("git_tag", flat=True)) == ["v1"]


def test_a_tag_that_is_moved_begins_anew_and_the_old_one_ends(client, repository, trains, origin):
    pushed(client, repository, "v1", origin.tag("v1"))
    origin.push({"src/train.py": "print('better')\n"})
    pushed(client, repository, "v1", origin.tag("v1"), key="2")
    worked()

    told = {call.state: call.reason for call in ReleaseCall.objects.order_by("pk")}
    assert list(told) == ["failed", "running"]
    assert "moved" in told["failed"]


def test_a_job_that_asks_for_the_tag_gets_it(client, repository, trains, origin):
    origin.push({".mlops/train.yml": JOB.replace("train.py", "train.py ${{inputs.git_tag}}") + "inputs: {git_tag: x}"})
    pushed(client, repository, "v1", origin.tag("v1"))

    assert "v1" in json.dumps(worked().run.spec)


def test_a_deployment_serves_the_model_that_its_file_names(client, owner, project, repository, origin):
    endpoint = endpoints.create_endpoint(owner, project, name="prices")
    facts = {"does": "deployment", "path": "deploy/blue.yml", "traffic": 100.0}
    create_release(owner, repository, name="ship", git_tag="release-*", **facts)
    champion = registered(owner, project)
    pointing.set_alias(owner, champion, alias="champion")
    registered(owner, project)
    origin.push({"deploy/blue.yml": BLUE})
    pushed(client, repository, "release-1", origin.tag("release-1"))

    call = worked()
    assert (call.state, call.deployment.version, call.version) == ("running", champion, 1), call.reason
    Deployment.objects.update(state="healthy", reason="")
    assert worked().state == "done"
    endpoint.refresh_from_db()
    assert endpoint.traffic == {"blue": 100.0}


def test_a_file_that_names_no_registered_model_says_so(client, owner, project, repository, origin):
    endpoints.create_endpoint(owner, project, name="prices")
    create_release(owner, repository, name="ship", git_tag="v*", does="deployment", path="deploy/blue.yml")
    origin.push({"deploy/blue.yml": BLUE.replace("prices@champion", "price@champion")})
    registered(owner, project)
    pushed(client, repository, "v1", origin.tag("v1"))

    call = worked()
    assert (call.state, "prices" in call.hint) == ("failed", True)
    origin.push({"deploy/blue.yml": BLUE.replace("@champion", "@latest")})
    pushed(client, repository, "v1", origin.tag("v1"), key="2")
    assert worked().state == "running"


def test_what_was_pushed_while_it_was_off_begins_nothing_later(owner, repository, trains, origin):
    looks.poll(repository)
    set_enabled(owner, trains, is_enabled=False)
    origin.tag("v1")
    set_enabled(owner, trains, is_enabled=True)
    looks.poll(repository)

    assert not ReleaseCall.objects.exists()


def test_a_registered_model_does_not_begin_it(owner, project, trains):
    registered(owner, project)
    hand_out()

    assert not ReleaseCall.objects.exists()


def test_it_can_begin_again(client, owner, repository, trains, origin):
    pushed(client, repository, "v1", origin.tag("v1"))
    Run.objects.filter(pk=worked().run_id).update(state="failed", reason="It broke.")

    try_again(owner, worked())

    assert worked().state == "running"
    assert Run.objects.filter(kind="command").count() == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"does": "dispatch"},
        {"does": "job", "path": "x.yml", "stage": "Production"},
        {"does": "job", "path": "x.yml", "model": "churn"},
    ],
)
def test_a_tag_and_a_model_do_not_begin_the_same(owner, repository, facts):
    with pytest.raises(Refusal) as refused:
        create_release(owner, repository, name="bad", git_tag="v*", **facts)
    assert refused.value.code == "release_invalid"


def test_the_page_sets_one_up_and_shows_what_began(client, owner, repository, origin):
    client.force_login(owner)
    address = f"/repositories/{repository.pk}/releases/"
    typed = {"act": "create", "name": "train", "git_tag": "v*", "model": "*", "does": "job", "path": ".mlops/train.yml"}

    assert client.post(address, typed).status_code == 302
    pushed(client, repository, "v1.0", origin.tag("v1.0"))
    worked()
    shown = client.get(address).content.decode()
    assert "v1.0" in shown
    assert f"/runs/{Run.objects.get(kind='command').pk}/" in shown


@pytest.fixture
def page(repository) -> str:
    return f"/repositories/{repository.pk}/releases/"


def test_a_number_that_no_call_has_is_refused(client, owner, trains, page):
    client.force_login(owner)
    for number in ("9" * 5_000, "¹", "-1", "9" * 30):
        typed = {"act": "again", "release": trains.pk, "call": number}
        assert client.post(page, typed).status_code == 404


def test_a_refused_form_keeps_what_was_typed_and_marks_its_field(client, owner, repository, page):
    client.force_login(owner)
    typed = {"act": "create", "name": "ship", "git_tag": "v*", "does": "deployment", "path": "deploy/blue.yml"}
    for traffic in ("much", "nan", "120"):
        refused = client.post(page, typed | {"traffic": traffic})
        assert refused.status_code == 422
        assert 'has-error"><label for="traffic"' in refused.text
        assert 'value="deploy/blue.yml"' in refused.text


def test_another_refused_act_leaves_the_form_as_it_was(client, owner, page):
    client.force_login(owner)
    refused = client.post(page, {"act": "off", "release": "nothing"})

    assert refused.status_code == 404
    assert 'name="model" maxlength="255" value="*"' in refused.text


def test_turning_one_off_is_told_with_before_and_after_once(owner, trains):
    for _twice in range(2):
        set_enabled(owner, trains, is_enabled=False)
    trains.refresh_from_db()
    told = Event.objects.get(type="mlops.release.changed")

    assert not trains.is_enabled
    assert (told.actor_name, told.before, told.after) == (owner.username, {"is_enabled": True}, {"is_enabled": False})


def test_who_began_it_again_is_told(client, owner, repository, trains, origin):
    pushed(client, repository, "v1", origin.tag("v1"))
    Run.objects.filter(pk=worked().run_id).update(state="failed", reason="It broke.")
    call = worked()
    try_again(owner, call)

    assert Event.objects.get(type="mlops.release.begun_again").data["git_tag"] == "v1"
    with pytest.raises(Refusal) as refused:
        try_again(owner, call)
    assert refused.value.code == "release_under_way"


def test_who_may_manage_repositories_manages_releases_without_owning_the_project(client, owner, project, trains, page):
    keeper = User.objects.create_user("keeper")
    create_role(owner, project, name="keeping", actions=["repositories.manage"])
    give_role(owner, project, user=keeper, role="keeping")
    client.force_login(keeper)

    assert 'value="off"' in client.get(page).text
    assert client.post(page, {"act": "off", "release": trains.pk}).status_code == 302
    trains.refresh_from_db()
    assert not trains.is_enabled
