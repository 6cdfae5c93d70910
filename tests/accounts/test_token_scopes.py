"""Tokens that may do less than their person."""

from __future__ import annotations

import pytest
from django.test import Client

from mlops.access.decisions import actions_in, may, visible_projects
from mlops.accounts.authentication import find_token
from mlops.accounts.membership import create_project
from mlops.accounts.models import ApiToken
from mlops.accounts.tokens import create_token
from mlops.formats.refusal import Refusal


def test_a_token_of_one_action_allows_it_and_reading(owner, project):
    person = find_token(create_token(owner, name="x", scopes="models.deploy")).user
    assert may(person, "models.deploy", project)
    assert may(person, "read", project)
    assert not may(person, "contribute", project)
    assert not may(person, "batch.run", project)
    assert actions_in(person, project) == {"models.deploy", "project.read"}


def test_a_scope_gives_nothing_that_its_person_may_not_do(reader, project):
    person = find_token(create_token(reader, name="x", scopes="models.deploy")).user
    assert not may(person, "models.deploy", project)


def test_a_token_of_one_project_sees_no_other(owner, project):
    create_project(owner, name="Other")
    person = find_token(create_token(owner, name="x", project=project)).user
    assert list(visible_projects(person)) == [project]
    assert may(person, "own", project)


def test_an_administrators_narrow_token_administers_nothing(admin_user, project):
    secret = create_token(admin_user, name="x", scopes="models.deploy")
    person = find_token(secret).user
    assert not person.is_superuser
    assert may(person, "models.deploy", project)
    answer = Client().post("/api/v1/clusters/", {"name": "x"}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    admin_user.refresh_from_db()
    assert admin_user.is_superuser


def test_a_token_makes_none_that_may_do_more(owner, project):
    person = find_token(create_token(owner, name="x", scopes="account.manage,models.deploy")).user
    create_token(person, name="less", scopes="models.deploy")
    with pytest.raises(Refusal, match="more than itself"):
        create_token(person, name="more", scopes="all")


def test_an_unknown_scope_is_refused_with_the_nearest(owner):
    with pytest.raises(Refusal) as refused:
        create_token(owner, name="x", scopes="models.deplyo")
    assert refused.value.code == "scope_unknown"
    assert "models.deploy" in refused.value.hint


def test_a_refusal_names_the_token_and_the_scope_that_is_missing(owner, project):
    secret = create_token(owner, name="robot", scopes="models.deploy")
    answer = Client().post(
        f"/api/v1/projects/{project.slug}/members/",
        {"user": "olga", "role": "reader"},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 403
    assert "robot" in answer.json()["detail"]
    assert "people.manage" in answer.json()["hint"]


def test_the_page_of_settings_makes_a_token_of_actions_and_a_project(client, owner, project):
    client.force_login(owner)
    typed = {"act": "create-token", "name": "robot", "actions": "models.deploy", "project": "churn"}
    assert "mls_" in client.post("/settings/", typed).content.decode()
    token = ApiToken.objects.get(name="robot")
    assert (token.scopes, token.project) == ("models.deploy", project)
