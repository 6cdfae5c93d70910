"""Roles of people's own: what they allow, who may make and give them."""

from __future__ import annotations

import pytest

from mlops.access.catalogue import ACTIONS, IMPLIED
from mlops.access.decisions import actions_in, may, projects_where, require
from mlops.access.models import BUILT_IN
from mlops.accounts import roles
from mlops.accounts.membership import give_role, remove_person
from mlops.formats.refusal import Refusal


@pytest.fixture
def releaser(project, owner, stranger):
    """A person with a role that deploys and nothing else."""
    roles.create_role(owner, project, name="releaser", actions=["models.deploy"])
    give_role(owner, project, user=stranger, role="releaser")
    return stranger


def test_a_role_of_ones_own_allows_its_actions_and_seeing_the_project_and_no_more(releaser, project):
    allowed = {one.name for one in ACTIONS if may(releaser, one.name, project)}
    assert allowed == {"models.deploy", "project.read"}
    assert may(releaser, "read", project)
    assert not may(releaser, "contribute", project)


def test_the_action_names_the_projects_where_it_is_allowed(releaser, project):
    assert list(projects_where(releaser, "models.deploy")) == [project]
    assert not projects_where(releaser, "data.change").exists()


def test_a_refusal_names_the_action_and_a_role_that_has_it(reader, project):
    with pytest.raises(Refusal, match=r"role operator, or another with “models\.deploy”") as refused:
        require(reader, "models.deploy", project)
    assert refused.value.status == 403


def test_an_operator_runs_and_deploys_but_changes_no_data_and_no_definitions(project, owner, stranger):
    give_role(owner, project, user=stranger, role="operator")
    assert may(stranger, "endpoints.traffic", project)
    assert may(stranger, "pipelines.run", project)
    assert not may(stranger, "data.change", project)
    assert not may(stranger, "contribute", project)


def test_each_deed_implies_the_actions_below_it(owner, contributor, reader, project):
    assert actions_in(owner, project) == BUILT_IN["owner"] == IMPLIED["own"]
    assert actions_in(contributor, project) == IMPLIED["contribute"]
    assert "people.manage" not in actions_in(contributor, project)


def test_a_role_of_all_that_contributors_may_has_the_deed_as_well(owner, project, stranger):
    roles.create_role(owner, project, name="maker", actions=IMPLIED["contribute"])
    give_role(owner, project, user=stranger, role="maker")
    assert may(stranger, "contribute", project)


def test_changing_a_role_changes_what_its_people_may_do_at_once(releaser, owner, project):
    role = roles.role_named("releaser", project)
    assert role is not None
    roles.edit_role(owner, role, actions=IMPLIED["contribute"])
    assert may(releaser, "contribute", project)
    roles.edit_role(owner, role, actions=["batch.run"])
    assert not may(releaser, "contribute", project)
    assert not may(releaser, "models.deploy", project)


def test_a_role_that_somebody_holds_cannot_be_deleted(releaser, owner, project):
    role = roles.role_named("releaser", project)
    assert role is not None
    with pytest.raises(Refusal, match="is held: sven"):
        roles.delete_role(owner, role)
    remove_person(owner, project, user=releaser)
    roles.delete_role(owner, role)
    assert not may(releaser, "read", project)


def test_nobody_gives_a_power_that_they_do_not_hold(project, owner, stranger, reader):
    roles.create_role(owner, project, name="host", actions=["people.manage", "roles.manage"])
    give_role(owner, project, user=stranger, role="host")
    give_role(stranger, project, user=reader, role="reader")
    with pytest.raises(Refusal, match="may not do yourself"):
        give_role(stranger, project, user=reader, role="owner")
    with pytest.raises(Refusal, match="may not do yourself"):
        remove_person(stranger, project, user=owner)
    with pytest.raises(Refusal, match="may not do yourself"):
        roles.create_role(stranger, project, name="more", actions=["bin.empty"])


def test_roles_of_the_whole_server_are_for_administrators(owner, project, admin_user):
    with pytest.raises(Refusal, match="Only an administrator"):
        roles.create_role(owner, None, name="watcher", actions=["alerts.answer"])
    roles.create_role(admin_user, None, name="watcher", actions=["alerts.answer"])
    assert roles.role_named("watcher", project) is not None


def test_an_unknown_action_is_refused_with_the_nearest_name(owner, project):
    with pytest.raises(Refusal) as refused:
        roles.create_role(owner, project, name="x", actions=["models.deplyo"])
    assert "models.deploy" in refused.value.hint


def test_a_name_is_taken_also_by_a_built_in_role(owner, project):
    with pytest.raises(Refusal, match="already a role"):
        roles.create_role(owner, project, name="Owner", actions=[])


def test_what_a_role_allows_is_found_in_one_query(contributor, project, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert may(contributor, "models.deploy", project)
