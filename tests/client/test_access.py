"""`mlops role`, `mlops service-account` and narrow tokens, as people type them."""

from __future__ import annotations

import pytest

from tests.client.conftest import Mlops

pytestmark = pytest.mark.django_db(transaction=True)


def test_roles_are_made_checked_changed_and_deleted(signed_in: Mlops):
    assert "models.deploy" in [one["name"] for one in signed_in("role", "actions").value]
    signed_in("role", "create", "-n", "releaser", "--actions", "models.deploy")
    signed_in("role", "update", "-n", "releaser", "--actions", "batch.run")
    assert [one["actions"] for one in signed_in("role", "list").value if one["name"] == "releaser"] == [
        ["batch.run", "project.read"]
    ]
    assert all(one["by"] for one in signed_in("role", "check", "--person", "olga").value)
    assert signed_in("role", "delete", "-n", "releaser").value == {"deleted": "releaser"}
    assert signed_in("role", "delete", "-n", "releaser").status != 0


def test_a_service_accounts_token_does_what_its_role_allows(signed_in: Mlops, monkeypatch):
    signed_in("service-account", "create", "-n", "ci", "--role", "reader")
    made = signed_in("service-account", "create-token", "-n", "ci", "--token-name", "x").value
    monkeypatch.setenv("MLOPS_TOKEN", made["secret"])
    assert signed_in("service-account", "list").value[0]["username"] == "ci@churn"
    refused = signed_in("service-account", "delete", "-n", "ci", "--yes")
    assert refused.status != 0
    assert "accounts.manage" in refused.errors


def test_a_narrow_token_is_listed_honoured_and_revoked(signed_in: Mlops, monkeypatch):
    made = signed_in(
        "token", "create", "-n", "robot", "--scopes", "models.deploy", "--project", "churn", "--expires", "30d"
    ).value
    listed = {one["name"]: one["project"] for one in signed_in("token", "list").value}
    assert listed == {"tests": "", "robot": "churn"}
    assert signed_in("token", "revoke", "-n", "tests").value == {"revoked": "tests"}
    monkeypatch.setenv("MLOPS_TOKEN", made["secret"])
    assert "scope_too_narrow" in signed_in("role", "create", "-n", "x", "--actions", "batch.run").errors


def test_groups_are_made_filled_given_roles_and_deleted(signed_in: Mlops, owner, reader):
    owner.is_superuser = True
    owner.save()
    assert signed_in("group", "create", "-n", "Night shift").value["name"] == "Night shift"
    assert signed_in("group", "add", "-n", "Night shift", "--person", "rita").value["people"] == ["rita"]
    assert signed_in("group", "give-role", "-n", "Night shift", "--role", "operator").value["role"] == "operator"
    assert [one["group"] for one in signed_in("group", "roles").value] == ["Night shift"]
    assert signed_in("group", "take-role", "-n", "Night shift").status == 0
    assert signed_in("group", "remove", "-n", "Night shift", "--person", "rita").status == 0
    assert signed_in("group", "delete", "-n", "night shft", "--yes").status == 3
    assert signed_in("group", "delete", "-n", "Night shift", "--yes").status == 0
    assert signed_in("role", "create", "-n", "wide", "--actions", "models.deploy", "--server").value["project"] == ""
