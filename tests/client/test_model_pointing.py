"""Stages, aliases, requests and rules by the command, against a real server."""

from __future__ import annotations

import pytest

from mlops.accounts.actions import create_token
from mlops.registry.models import ModelVersion
from tests.client.conftest import Mlops
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_alias_is_set_found_by_and_removed(signed_in: Mlops, owner, project):
    registered(owner, project)
    assert (
        signed_in("model", "set-alias", "-n", "prices", "-a", "champion", "--reason", "best").value["state"] == "done"
    )
    assert signed_in("model", "show", "-n", "prices@champion").value["aliases"] == ["champion"]
    unknown = signed_in("model", "show", "-n", "prices@champions")
    assert (unknown.status, "Did you mean 'champion'?" in unknown.errors) == (2, True)
    signed_in("model", "remove-alias", "-n", "prices", "-a", "champion")
    told = signed_in("model", "history", "-n", "prices").value
    assert [(one["to"], one["removal"]) for one in told] == [("champion", True), ("champion", False)]


def test_a_guarded_stage_waits_until_somebody_else_approves(signed_in: Mlops, owner, contributor, project, monkeypatch):
    registered(owner, project)
    rule = signed_in("model", "rule", "set", "--stage", "Production", "--check", "signature").value
    assert rule["checks"] == [{"kind": "signature"}]
    owners = create_token(owner, name="more")
    monkeypatch.setenv("MLOPS_TOKEN", create_token(contributor, name="tests"))
    asked = signed_in("model", "update", "-n", "prices", "--set", "stage=Production", "--reason", "better")
    assert "waits for approval" in asked.errors
    assert asked.value["stage"] == "None"
    number = str(signed_in("model", "request", "list", "--state", "pending").value[0]["id"])
    assert signed_in("model", "request", "approve", number).status == 3
    monkeypatch.setenv("MLOPS_TOKEN", owners)
    assert signed_in("model", "request", "approve", number, "--reason", "yes").value["state"] == "done"
    assert ModelVersion.objects.get().stage == "Production"
    assert signed_in("model", "rule", "remove", rule["id"]).status == 0
