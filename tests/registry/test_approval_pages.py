"""Stages, aliases, requests and rules on the pages."""

from __future__ import annotations

import pytest

from mlops.registry.approval.rules import set_rule
from mlops.registry.models import ApprovalRule, ModelAlias, ModelVersion, Transition
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project)


@pytest.fixture
def browser(client, contributor):
    client.force_login(contributor)
    return client


def address(version: ModelVersion) -> str:
    return f"/models/{version.model_id}/{version.number}/"


def test_a_stage_and_an_alias_are_set_on_the_page_and_told_in_the_history(browser, version):
    browser.post(address(version), {"act": "stage", "stage": "Production", "reason": "best yet"})
    browser.post(address(version), {"act": "alias", "alias": "champion"})
    page = browser.get(address(version)).content.decode()
    assert "@champion" in page
    history = browser.get(address(version), {"tab": "history"}).content.decode()
    assert "best yet" in history
    assert "Stage None → Production" in history
    browser.post(address(version), {"act": "unalias", "alias": "champion"})
    assert not ModelAlias.objects.exists()


def test_what_needs_approval_says_so_and_waits_with_a_badge(browser, version, owner, project):
    set_rule(owner, project, kind="stage", name="Production")
    assert "Production (needs approval)" in browser.get(address(version)).content.decode()
    answer = browser.post(address(version), {"act": "stage", "stage": "Production"}, follow=True)
    assert "waits for approval. Nothing changes until then" in answer.content.decode()
    assert "1 request waits" in browser.get("/models/").content.decode()
    assert "Others decide on this one" not in browser.get("/models/requests/").content.decode()  # it can be withdrawn


def test_an_owner_approves_on_the_page_and_a_no_needs_a_reason(browser, version, owner, project):
    set_rule(owner, project, kind="stage", name="Production", checks=[{"kind": "signature"}])
    browser.post(address(version), {"act": "stage", "stage": "Production"})
    browser.force_login(owner)
    asked = Transition.objects.get()
    page = browser.get("/models/requests/").content.decode()
    assert "It says which columns it takes." in page
    refused = browser.post("/models/requests/", {"act": "reject", "request": asked.pk, "reason": ""})
    assert (refused.status_code, "A rejection needs a reason" in refused.content.decode()) == (400, True)
    browser.post("/models/requests/", {"act": "approve", "request": asked.pk, "reason": "fine"})
    assert ModelVersion.objects.get().stage == "Production"
    assert "Decided" in browser.get("/models/requests/").content.decode()


def test_whoever_asked_sees_on_the_version_who_said_no_and_why_until_it_is_asked_again(
    browser, version, owner, project, contributor
):
    set_rule(owner, project, kind="stage", name="Production", checks=[{"kind": "signature"}])
    browser.post(address(version), {"act": "stage", "stage": "Production"})
    browser.force_login(owner)
    wanted = {"act": "reject", "request": Transition.objects.get().pk, "reason": "the card names no limits"}
    browser.post("/models/requests/", wanted)
    browser.force_login(contributor)
    page = browser.get(address(version)).content.decode()
    assert f"{owner.username} said no to the stage Production." in page
    assert "the card names no limits" in page
    browser.post(address(version), {"act": "stage", "stage": "Production"})
    assert "said no to" not in browser.get(address(version)).content.decode()


def test_an_owner_sets_and_removes_a_rule_on_the_page(browser, owner, project, contributor):
    browser.force_login(owner)
    form = {"act": "set", "point": "alias:", "alias": "champion", "approvals": "2", "by": "contributor"}
    form |= {"check": ["metric", "card"], "options": ["auc, least=0.8", ""], "expires_after_days": "7"}
    assert browser.post("/models/rules/", form).status_code == 302
    rule = ApprovalRule.objects.get()
    assert (rule.kind, rule.name, rule.approvals, rule.expires_after_days) == ("alias", "champion", 2, 7)
    assert rule.checks == [{"kind": "metric", "name": "auc", "least": 0.8}, {"kind": "card"}]
    assert "name=auc, least=0.8" in browser.get("/models/rules/").content.decode()
    wrong = browser.post("/models/rules/", form | {"options": ["least=much", ""]})
    assert (wrong.status_code, "least=much" in wrong.content.decode()) == (400, True)
    browser.post("/models/rules/", {"act": "remove", "rule": rule.pk})
    assert not ApprovalRule.objects.exists()
