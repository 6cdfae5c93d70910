"""`mlops quota` against a real server."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from mlops.deployments.actions import create_endpoint

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_administrator_sets_and_lists_quotas_and_others_see_theirs(signed_in, owner, project):
    refused = signed_in("quota", "set", "churn", "--endpoints", "2")
    assert (refused.status, "administrator" in refused.errors) == (3, True)
    User.objects.filter(pk=owner.pk).update(is_superuser=True)
    assert signed_in("quota", "set", "--all", "--endpoints", "9").value["endpoints"] == 9
    rows = signed_in("quota", "set", "churn", "--runs-at-once", "2").value
    told = {row["kind"]: (row["most"], row["is_own"]) for row in rows}
    assert (told["runs_at_once"], told["endpoints"], told["schedules"]) == ((2, True), (9, False), (None, False))
    assert signed_in("quota", "show", "churn").value == signed_in("quota", "list").value == rows


def test_a_change_of_nothing_is_wrong_usage(signed_in):
    assert signed_in("quota", "set", "churn").status == 2


def test_quotas_of_people_are_set_listed_and_seen_by_themselves(signed_in, owner, contributor, project):
    User.objects.filter(pk=owner.pk).update(is_superuser=True)
    create_endpoint(contributor, project, name="prices")
    assert signed_in("quota", "set", "--all-people", "--schedules", "9").value["schedules"] == 9
    rows = signed_in("quota", "set", "--person", "carl", "--endpoints", "2").value
    endpoints = next(row for row in rows if row["kind"] == "endpoints")
    assert endpoints == {"person": "carl", "kind": "endpoints", "used": 1, "most": 2, "is_own": True}
    assert signed_in("quota", "show", "--person", "carl").value == signed_in("quota", "list", "--people").value == rows
    assert {row["person"] for row in signed_in("quota", "show").value} == {owner.username}
    assert signed_in("quota", "set", "churn", "--person", "carl", "--endpoints", "2").status == 2
