"""A newly registered model version begins the workflow of the host, once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from mlops.client.main import GROUPS
from mlops.events.chain import record
from mlops.events.models import Event
from mlops.repositories.actions import change
from mlops.repositories.models import ReleaseCall
from mlops.repositories.releases import MOST_AT_ONCE, REGISTERED, create_release, hand_out
from mlops.repositories.releasing.working import due, work
from mlops.repositories.wanted import Wanted
from tests.repositories.receivers import TOKEN, receiving

CI = Path(__file__).parents[2] / "docs" / "ci"


@pytest.fixture(params=["github", "gitlab", "gitea"])
def receiver(request, owner, repository, db):
    with receiving(request.param) as found:
        change(owner, repository, Wanted(host=request.param, token=TOKEN, login="none", api_url=found.url))
        create_release(owner, repository, name="deploy", model="churn*", tags={"stage": "candidate"})
        yield found


def registered(owner, project, name="churn", **tags):
    data = {
        "name": name,
        "version": 3,
        "tags": tags,
        "properties": {},
        "run": "",
        "node": "",
        "tree": "",
        "metrics": {},
    }
    record(owner, "mlops.model.registered", subject=f"models/{name}:3", project=project, data=data)


def told() -> None:
    hand_out()
    ReleaseCall.objects.exclude(next_at=None).update(next_at=timezone.now())
    for call in due(timezone.now()):
        work(call)


def test_a_version_is_told_once_with_its_facts(receiver, owner, project):
    registered(owner, project, stage="candidate")
    told()
    told()

    (call,) = receiver.taken
    facts = call.get("client_payload") or {one["key"][6:].lower(): one["value"] for one in call["variables"]}
    assert (facts["model"], facts["version"], facts["project"]) == ("churn", "3", "churn")
    assert ReleaseCall.objects.get().state == "told"


def test_other_models_and_tags_begin_nothing(receiver, owner, project):
    registered(owner, project, name="other", stage="candidate")
    registered(owner, project)
    told()

    assert receiver.taken == []


def test_what_is_too_much_for_one_look_is_left_for_the_next(receiver, owner, project):
    Event.objects.bulk_create(
        Event(type=REGISTERED, project=project, data={"name": "other", "version": 1}, at=timezone.now())
        for _ in range(MOST_AT_ONCE)
    )
    registered(owner, project, stage="candidate")
    told()
    told()

    assert ReleaseCall.objects.get().state == "told"


def test_a_call_that_failed_is_made_again(receiver, owner, project):
    receiver.answers = [503]
    registered(owner, project, stage="candidate")
    told()
    assert "503" in ReleaseCall.objects.get().reason

    told()
    assert len(receiver.taken) == 1


@pytest.mark.parametrize("name", ["github-mlops.yml", "gitlab-mlops.yml"])
def test_the_templates_call_commands_that_exist(name):
    text = (CI / name).read_text(encoding="utf-8")
    nouns = set(re.findall(r"mlops ([a-z-]+) create", text))

    assert yaml.safe_load(text)
    assert nouns - {"token"} == {"job", "online-deployment"}
    assert nouns <= {group.name for group in GROUPS}
