"""Roles, groups, service accounts and rights over REST, and on the project's pages."""

from __future__ import annotations

import pytest
from django.test import Client

from mlops.accounts.groups import create_group


def _client(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _post(client: Client, path: str, body: dict):
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def test_an_owner_makes_a_role_gives_it_and_asks_what_it_allows(owner, project, stranger):
    client = _client(owner)
    body = {"project": "churn", "name": "releaser", "actions": ["models.deploy"]}
    assert _post(client, "roles/", body).json()["actions"] == ["models.deploy", "project.read"]
    assert _post(client, "projects/churn/members/", {"user": "sven", "role": "releaser"}).json()["role"] == "releaser"
    found = client.get("/api/v1/projects/churn/rights/sven/").json()["results"]
    assert {one["action"]: one["by"] for one in found if one["by"]} == {
        "project.read": ["the role releaser"],
        "models.deploy": ["the role releaser"],
    }


def test_a_reader_asks_about_themselves_alone(reader, project):
    client = _client(reader)
    assert client.get("/api/v1/projects/churn/rights/rita/").status_code == 200
    assert client.get("/api/v1/projects/churn/rights/olga/").status_code == 403


def test_roles_of_another_project_are_not_listed(owner, project, stranger):
    _post(_client(owner), "roles/", {"project": "churn", "name": "secretive", "actions": []})
    assert "secretive" not in _client(stranger).get("/api/v1/roles/").content.decode()
    assert _client(stranger).get("/api/v1/roles/?project=churn").status_code == 404


def test_a_service_account_gets_a_token_over_rest(owner, project):
    client = _client(owner)
    _post(client, "projects/churn/service-accounts/", {"name": "ci", "role": "reader"})
    made = _post(client, "projects/churn/service-accounts/ci/tokens/", {"name": "x"}).json()
    me = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {made['secret']}"}).json()
    assert me["name"] == "ci@churn"
    assert client.delete("/api/v1/projects/churn/service-accounts/ci/").status_code == 204


def test_a_group_gets_and_loses_a_role_over_rest(owner, project, admin_user):
    create_group(admin_user, name="crew")
    client = _client(owner)
    assert _post(client, "projects/churn/groups/", {"group": "crew", "role": "operator"}).status_code == 201
    assert client.delete("/api/v1/projects/churn/groups/crew/").status_code == 204


@pytest.mark.parametrize("page", ["", "roles/", "programs/", "rights/", "rights/?person=rita"])
def test_the_pages_of_access_are_drawn(owner, reader, project, page):
    assert _client(owner).get(f"/projects/churn/{page}").status_code == 200


def test_the_page_of_roles_makes_changes_and_deletes_one(owner, project):
    client = _client(owner)
    page = "/projects/churn/roles/"
    client.post(page, {"act": "create", "name": "releaser", "actions": ["models.deploy"]})
    role = client.get("/api/v1/roles/?project=churn").json()["results"][-1]
    client.post(page, {"act": "edit", "role": role["id"], "actions": ["batch.run"]})
    assert client.get(f"/api/v1/roles/{role['id']}/").json()["actions"] == ["batch.run", "project.read"]
    client.post(page, {"act": "delete", "role": role["id"]})
    assert client.get(f"/api/v1/roles/{role['id']}/").status_code == 404


def test_the_page_of_programs_shows_a_new_token_once(owner, project):
    client = _client(owner)
    page = "/projects/churn/programs/"
    client.post(page, {"act": "create", "name": "ci", "role": "operator"})
    shown = client.post(page, {"act": "token", "account": "ci", "name": "x", "scopes": "models.deploy", "days": "30"})
    assert "mls_" in shown.content.decode()
    assert "mls_" not in client.get(page).content.decode()
