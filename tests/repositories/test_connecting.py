"""Repositories are connected, tried out and disconnected; what opens them is never told."""

from __future__ import annotations

import pytest

from mlops.formats.refusal import Refusal
from mlops.repositories.actions import change, connect, renew_hook_secret
from mlops.repositories.looks import try_out
from mlops.repositories.models import Repository
from mlops.repositories.wanted import Wanted

pytestmark = pytest.mark.django_db
GITHUB = "https://github.com/team/churn.git"


def test_the_address_says_the_name_and_the_host(owner, project):
    row, _secret = connect(owner, project, Wanted(url=GITHUB))

    assert (row.name, row.host, row.login) == ("churn", "github", "none")


def test_a_deploy_key_is_made_for_ssh(owner, project):
    row, _secret = connect(owner, project, Wanted(url="git@gitlab.com:team/churn.git"))

    assert row.public_key.startswith("ssh-ed25519 ")
    assert row.login == "key"
    assert "PRIVATE" not in row.key


def test_no_answer_holds_a_secret(owner, project, client):
    client.force_login(owner)

    made = client.post(
        "/api/v1/repositories/",
        {"project": "churn", "url": GITHUB, "token": "ghp_very_secret"},
        content_type="application/json",
    ).json()
    told = client.get(f"/api/v1/repositories/{made['id']}/").content.decode()

    assert made["webhook_secret"] not in told
    assert "ghp_very_secret" not in told
    assert "ghp_very_secret" not in Repository.objects.get().secret
    assert made["has_token"] is True


def test_a_try_tells_the_branches(owner, repository):
    found = try_out(owner, repository)

    assert found is not None
    assert list(found.branches) == ["main"]


def test_a_repository_that_is_not_there_says_so(owner, repository):
    change(owner, repository, Wanted(url=repository.url.replace("churn", "chrun")))

    assert try_out(owner, repository) is None
    assert "no repository" in repository.trouble
    assert "Check the address" in repository.hint


def test_a_private_address_is_not_called(owner, project, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ""
    row, _secret = connect(owner, project, Wanted(url="https://127.0.0.1/team/churn.git"))

    assert try_out(owner, row) is None
    assert "not a public address" in row.trouble


def test_a_folder_of_the_server_is_closed(owner, project, tmp_path):
    row, _secret = connect(owner, project, Wanted(url=f"file://{tmp_path}/git/team/churn.git"))

    assert try_out(owner, row) is None
    assert "may not read" in row.trouble


def test_a_token_does_not_follow_to_another_host(owner, project):
    row, _secret = connect(owner, project, Wanted(url=GITHUB, token="ghp_very_secret"))

    with pytest.raises(Refusal, match="old one"):
        change(owner, row, Wanted(url="https://evil.example/team/churn.git"))


@pytest.mark.parametrize(
    "url",
    ["", "ext::sh -c id", "https://ann:pw@github.com/a/b", "https://github.com", "ssh://-oProxyCommand=id/x", "x" * 600,
     "https://github.com/a/../b", "--upload-pack=id", "file://host/etc"],
)  # fmt: skip
def test_odd_addresses_are_refused(owner, project, url):
    with pytest.raises(Refusal):
        connect(owner, project, Wanted(url=url))


def test_only_an_owner_connects(contributor, reader, project):
    for person in (contributor, reader):
        with pytest.raises(Refusal, match="owner"):
            connect(person, project, Wanted(url=GITHUB))


def test_a_new_secret_of_the_webhook_replaces_the_old(owner, repository):
    old = repository.hook_secret

    assert renew_hook_secret(owner, repository)
    assert Repository.objects.get().hook_secret != old
