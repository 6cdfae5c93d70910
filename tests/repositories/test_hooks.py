"""Webhooks of the three hosts start a push once; whoever cannot sign starts nothing."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from mlops.access.sealing import unseal
from mlops.repositories.actions import connect
from mlops.repositories.models import Push, Repository
from mlops.repositories.wanted import Wanted

pytestmark = pytest.mark.django_db
COMMIT, OLD = "ab" * 20, "cd" * 20
BODY = {
    "ref": "refs/heads/main",
    "before": OLD,
    "after": COMMIT,
    "pusher": {"name": "ann"},
    "user_name": "ann",
    "head_commit": {"message": "Train longer\n\nwith words"},
}


@pytest.fixture(params=["github", "gitlab", "gitea"])
def hosted(request, owner, project) -> Repository:
    row, _secret = connect(owner, project, Wanted(url=f"https://{request.param}.com/team/churn.git", branch="main"))
    return row


def call(client, row, body, *, secret="", key="1", **changes):
    content = json.dumps({**body, **changes}).encode()
    secret = secret or unseal(row.hook_secret)
    signature = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    headers = {
        "github": {"x-hub-signature-256": f"sha256={signature}", "x-github-event": "push", "x-github-delivery": key},
        "gitlab": {"x-gitlab-token": secret, "x-gitlab-event": "Push Hook", "idempotency-key": key},
        "gitea": {"x-gitea-signature": signature, "x-gitea-event": "push", "x-gitea-delivery": key},
    }[row.host]
    where = f"/api/v1/repositories/{row.pk}/hook/"
    return client.post(where, content, content_type="application/json", headers=headers)


def test_a_push_is_queued_with_its_commit(client, hosted):
    assert call(client, hosted, BODY).status_code == 202

    push = Push.objects.get()
    assert (push.branch, push.commit, push.before) == ("main", COMMIT, OLD)
    assert (push.pusher, push.message) == ("ann", "Train longer")


def test_a_wrong_secret_starts_nothing(client, hosted):
    answer = call(client, hosted, BODY, secret="guessed")

    assert answer.status_code == 401
    assert answer.json()["code"] == "signature_wrong"
    assert not Push.objects.exists()


def test_a_delivery_counts_once_and_so_does_a_commit(client, hosted):
    call(client, hosted, BODY)
    again = call(client, hosted, BODY)
    replayed = call(client, hosted, BODY, key="2")

    assert "before" in again.json()["outcome"]
    assert "before" in replayed.json()["outcome"]
    assert Push.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"ref": "refs/tags/v1"}, {"ref": "refs/heads/other"}, {"after": "0" * 40}],
    ids=["tag", "other", "gone"],
)
def test_what_is_no_push_to_the_branch_starts_nothing(client, hosted, changes):
    assert call(client, hosted, BODY, **changes).status_code == 200
    assert not Push.objects.exists()


@pytest.mark.parametrize("body", [{}, {"ref": 1, "after": None}, {"ref": "refs/heads/main", "after": ["x"]}])
def test_an_odd_body_is_no_error_of_ours(client, hosted, body):
    assert call(client, hosted, body).status_code in (200, 400)


def test_an_unknown_repository_answers_as_a_wrong_secret(client, hosted):
    known = call(client, hosted, BODY, secret="guessed").json()
    hosted.pk = "00000000-0000-4000-8000-000000000000"

    told = call(client, hosted, BODY, secret="guessed").json()
    assert told | {"correlation_id": known["correlation_id"]} == known
