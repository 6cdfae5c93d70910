"""Stages, aliases, requests and rules over REST and in MLflow's words."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mlops.registry.approval.rules import set_rule
from mlops.registry.models import ModelAlias, ModelVersion
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project)


@pytest.fixture
def api(client, contributor):
    client.force_login(contributor)
    return client


def test_a_stage_changes_at_once_or_becomes_a_request(api, version, owner, project):
    address = f"/api/v1/models/{version.model_id}/versions/1/stage/"
    done = api.post(address, {"stage": "Staging", "reason": "try it"}, JSON)
    assert (done.status_code, done.json()["state"]) == (200, "done")
    set_rule(owner, project, kind="stage", name="Production")
    waits = api.post(address, {"stage": "Production"}, JSON)
    assert (waits.status_code, waits.json()["state"]) == (202, "pending")
    told = api.get(f"/api/v1/models/{version.model_id}/transitions/").json()["results"]
    assert [(one["to"], one["state"]) for one in told] == [("Production", "pending"), ("Staging", "done")]
    assert api.get(f"/api/v1/models/{version.model_id}/versions/1/").json()["stage"] == "Staging"


def test_an_alias_is_set_shown_and_removed(api, version):
    aliases = f"/api/v1/models/{version.model_id}/aliases/"
    assert api.put(f"{aliases}champion/", {"version": 1}, JSON).status_code == 200
    assert api.get(aliases).json()["results"] == [{"alias": "champion", "version": 1}]
    assert api.get(f"{aliases}latest/").json()["version"] == 1
    assert api.get(f"/api/v1/models/{version.model_id}/").json()["latest"]["aliases"] == ["champion"]
    assert api.delete(f"{aliases}champion/").status_code == 200
    gone = api.get(f"{aliases}champion/")
    assert (gone.status_code, gone.json()["code"]) == (404, "alias_unknown")


def test_a_request_is_seen_and_approved_by_an_owner(api, version, owner, project):
    set_rule(owner, project, kind="alias", name="*")
    asked = api.put(f"/api/v1/models/{version.model_id}/aliases/champion/", {"version": 1}, JSON).json()
    api.force_login(owner)
    found = api.get("/api/v1/model-requests/", {"project": project.slug, "state": "pending"}).json()["results"]
    assert [(one["id"], one["missing"], one["may_decide"]) for one in found] == [(asked["id"], 1, True)]
    done = api.post(f"/api/v1/model-requests/{asked['id']}/approve/", {"reason": "good"}, JSON).json()
    assert (done["state"], done["approvals"][0]["reason"]) == ("done", "good")
    assert ModelAlias.objects.get().version == version


def test_rules_are_made_listed_and_removed(api, owner, project, version):
    api.force_login(owner)
    rule = {"project": project.slug, "model": "prices", "kind": "stage", "name": "production", "approvals": 2}
    made = api.post("/api/v1/approval-rules/", rule, JSON).json()
    assert (made["name"], made["model"], made["approvals"]) == ("Production", "prices", 2)
    assert len(api.get("/api/v1/approval-rules/").json()["results"]) == 1
    assert api.delete(f"/api/v1/approval-rules/{made['id']}/").status_code == 204
    unknown = api.post("/api/v1/approval-rules/", rule | {"model": "price"}, JSON).json()
    assert unknown["hint"] == "Did you mean 'prices'?"


def test_mlflows_clients_are_told_which_request_was_made(api, version, owner, project):
    for kind in ("stage", "alias"):
        set_rule(owner, project, kind=kind, name="*")
    base, carl = "/api/2.0/mlflow", {"HTTP_AUTHORIZATION": f"Basic {b64encode(b'carl:a long passphrase').decode()}"}
    body = {"name": "prices", "version": "1"}
    answers = [
        api.post(f"{base}/registered-models/alias", body | {"alias": "champion"}, JSON, **carl),
        api.post(f"{base}/model-versions/transition-stage", body | {"stage": "Production"}, JSON, **carl),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")
        assert "request" in answer.json()["message"]
    assert not ModelAlias.objects.exists()
    assert ModelVersion.objects.get().stage == "None"
