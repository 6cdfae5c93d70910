"""Service accounts: a role in one project, tokens of their own, no way to sign in."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mlops.access.decisions import may
from mlops.accounts import service_accounts
from mlops.accounts.actions import make_sign_in_link
from mlops.accounts.membership import create_project, give_role
from mlops.formats.refusal import Refusal


@pytest.fixture
def robot(owner, project):
    return service_accounts.create_service_account(owner, project, name="releases", role="operator")


def _get(secret: str, path: str):
    return Client().get(path, headers={"Authorization": f"Bearer {secret}"})


def test_its_token_acts_with_its_role_in_its_project(robot, owner, project):
    secret = service_accounts.create_token(owner, robot, name="ci")
    assert _get(secret, "/api/v1/me/").json()["projects"] == [{"slug": "churn", "name": "Churn", "role": "operator"}]
    assert may(robot.user, "models.deploy", project)
    assert not may(robot.user, "contribute", project)


def test_it_signs_in_neither_by_password_nor_by_link(robot):
    assert not robot.user.has_usable_password()
    with pytest.raises(Refusal, match="does not sign in"):
        make_sign_in_link(robot.user)


def test_it_gets_no_role_in_another_project(robot, owner):
    other = create_project(owner, name="Other")
    with pytest.raises(Refusal, match="service account of another project"):
        give_role(owner, other, user=robot.user, role="reader")


def test_its_tokens_are_refused_once_it_is_removed_and_its_name_is_free(robot, owner, project):
    secret = service_accounts.create_token(owner, robot, name="ci")
    service_accounts.remove_service_account(owner, robot)
    assert _get(secret, "/api/v1/me/").status_code == 401
    assert service_accounts.create_service_account(owner, project, name="releases").name == "releases"


def test_contributors_make_none(contributor, project):
    with pytest.raises(Refusal, match=r"accounts\.manage"):
        service_accounts.create_service_account(contributor, project, name="mine")


def test_its_token_makes_no_token_and_no_project(robot, owner):
    secret = service_accounts.create_token(owner, robot, name="ci", scopes="models.deploy")
    headers = {"Authorization": f"Bearer {secret}"}
    for path, body in (("/api/v1/tokens/", {"name": "x"}), ("/api/v1/projects/", {"name": "Another"})):
        answer = Client().post(path, body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_too_narrow")


def test_their_list_asks_as_often_for_many_as_for_one(robot, owner, project):
    browser = Client()
    browser.force_login(owner)
    paths = ("/api/v1/projects/churn/service-accounts/", "/projects/churn/programs/")
    few = [_queries(browser, path) for path in (*paths, *paths)][-2:]
    for name in ("nightly", "weekly"):
        service_accounts.create_token(
            owner, service_accounts.create_service_account(owner, project, name=name), name="ci"
        )
    assert [_queries(browser, path) for path in paths] == few


def _queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return len(asked)
