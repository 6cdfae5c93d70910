"""The pages of repositories: connect, see what was pushed, without a secret ever shown twice."""

from __future__ import annotations

import pytest

from mlops.repositories.models import Repository
from mlops.repositories.queueing import synchronise

pytestmark = pytest.mark.django_db


def test_an_owner_connects_and_sees_the_secret_once(owner, project, client):
    client.force_login(owner)

    typed = {"url": "git@github.com:team/churn.git", "is_new": "1", "act": "save"}
    first = client.post("/repositories/?project=churn", typed, follow=True).content.decode()
    row = Repository.objects.get()
    second = client.get(f"/repositories/{row.pk}/").content.decode()

    assert "it is not shown again" in first
    assert "it is not shown again" not in second
    assert row.public_key in second


def test_a_push_is_shown_with_its_run(owner, client, repository, taken_up):
    push = taken_up(synchronise(owner, repository))
    client.force_login(owner)

    shown = client.get(f"/repositories/{repository.pk}/").content.decode()

    assert push.commit[:10] in shown
    assert f"/runs/{push.started.get().run_id}/" in shown


def test_a_wrong_address_comes_back_with_the_cause(owner, project, client):
    client.force_login(owner)

    answer = client.post("/repositories/?project=churn", {"url": "nowhere", "is_new": "1", "act": "save"})

    assert answer.status_code == 422
    assert "no address of a repository" in answer.content.decode()
    assert not Repository.objects.exists()
