"""Groups: a person's rights are their own and those of their groups together."""

from __future__ import annotations

import pytest

from mlops.access.decisions import actions_in, may, visible_projects
from mlops.access.holders import people_who_may
from mlops.accounts import groups
from mlops.accounts.queries import role_of
from mlops.formats.refusal import Refusal


@pytest.fixture
def crew(admin_user, stranger, project, owner):
    group = groups.create_group(admin_user, name="Night shift")
    groups.add_person(admin_user, group, user=stranger)
    groups.give_group_role(owner, project, group=group, role="operator")
    return group


def test_people_of_a_group_may_what_the_group_may(crew, stranger, project):
    assert list(visible_projects(stranger)) == [project]
    assert may(stranger, "models.deploy", project)
    assert not may(stranger, "contribute", project)
    assert role_of(stranger, project) == "operator"


def test_rights_are_the_union_of_ones_own_and_the_groups(crew, admin_user, reader, project):
    groups.add_person(admin_user, crew, user=reader)
    assert may(reader, "batch.run", project)


def test_whoever_leaves_the_group_loses_what_it_gave(crew, admin_user, stranger, project):
    groups.remove_person(admin_user, crew, user=stranger)
    assert not may(stranger, "read", project)


def test_a_group_that_is_removed_from_the_project_gives_nothing_there(crew, owner, stranger, project):
    groups.remove_group(owner, project, group=crew)
    assert not may(stranger, "read", project)


def test_alerts_reach_the_people_of_groups(crew, stranger, project, reader):
    told = set(people_who_may(project, "alerts.answer"))
    assert stranger in told
    assert reader not in told


def test_owners_do_not_change_who_is_in_a_group(crew, owner, reader):
    with pytest.raises(Refusal, match="Only an administrator"):
        groups.add_person(owner, crew, user=reader)


def test_deleting_a_group_says_where_it_had_a_role(crew, admin_user, stranger, project):
    from mlops.events.models import Event

    groups.delete_group(admin_user, crew)
    assert not may(stranger, "read", project)
    assert Event.objects.get(type="mlops.group.deleted").data["projects"] == ["churn"]


def test_an_administrator_keeps_groups_by_page(client, admin_user, project, reader):
    client.force_login(admin_user)
    for typed in (
        {"act": "create", "group": "Night shift"},
        {"act": "add", "group": "Night shift", "person": "rita"},
        {"act": "give-role", "group": "Night shift", "project": "churn", "role": "operator"},
    ):
        assert client.post("/people/groups/", typed).status_code == 302
    page = client.get("/people/groups/").content.decode()
    assert all(word in page for word in ("Night shift", "rita", "Operator"))
    assert "models.deploy" in actions_in(reader, project)
    answer = client.post("/people/groups/", {"act": "add", "group": "Night shift", "person": "nobody"})
    assert answer.status_code == 404
    client.post("/people/groups/", {"act": "delete", "group": "Night shift"})
    assert "models.deploy" not in actions_in(reader, project)


def test_an_administrator_makes_a_role_of_the_server_and_sees_it_in_the_matrix(client, admin_user, project, reader):
    client.force_login(admin_user)
    made = {"act": "create", "name": "releaser", "actions": ["models.deploy"]}
    assert client.post("/people/roles/", made).status_code == 302
    page = client.get("/people/roles/").content.decode()
    assert "releaser" in page
    assert "endpoints.traffic" in page
    client.force_login(reader)
    assert client.get("/people/roles/").status_code == 403
