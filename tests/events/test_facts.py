"""What changed is kept as before and after."""

from __future__ import annotations

import pytest

from mlops.accounts.membership import give_role, remove_person
from mlops.accounts.roles import create_role, delete_role
from mlops.analytics.saved import save
from mlops.bin.policies import set_policy
from mlops.clusters.actions import create_cluster, update_cluster
from mlops.events.facts import stored
from mlops.events.models import Event

pytestmark = pytest.mark.django_db


def told() -> tuple[dict[str, object], dict[str, object]]:
    last = Event.objects.latest("seq")
    return last.before, last.after


def test_a_role_is_told_as_it_was_and_as_it_is(owner, project, stranger):
    give_role(owner, project, user=stranger, role="reader")
    assert told() == ({"role": ""}, {"role": "reader"})
    give_role(owner, project, user=stranger, role="contributor")
    assert told() == ({"role": "reader"}, {"role": "contributor"})
    remove_person(owner, project, user=stranger)
    assert told() == ({"role": "contributor"}, {"role": None})


def test_only_the_fields_that_differ_are_told(owner, project):
    set_policy(owner, project, runs_days=30)
    set_policy(owner, project, runs_days=60)
    assert told() == ({"runs_days": 30}, {"runs_days": 60})


def test_what_is_deleted_is_told_as_it_was(owner, project):
    role = create_role(owner, project, name="checker", actions=["project.read"])
    delete_role(owner, role)
    before, after = told()
    assert (before["name"], before["actions"]) == ("checker", ["project.read"])
    assert set(after.values()) == {None}


def test_a_long_fact_is_cut_and_still_tells_that_it_changed(owner, project):
    query = save(owner, project, name="long", query=f"select '{'x' * 5_000}'")
    was = stored(query)["query"]
    save(owner, project, name="long", query=f"select '{'x' * 4_999}y'")
    assert len(was) < 5_000
    assert stored(query)["query"] != was


def test_secrets_are_no_facts(admin_user):
    cluster = create_cluster(admin_user, name="prod", kubeconfig="the config", registry_password="hidden")
    update_cluster(admin_user, cluster, registry_password="other", namespace="ml")
    before, after = told()
    assert (before, after) == ({"namespace": ""}, {"namespace": "ml"})
    assert "kubeconfig" not in stored(cluster)
    assert "hidden" not in str(Event.objects.latest("seq").__dict__)
