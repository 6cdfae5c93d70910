"""The admin site: rows to read for administrators alone, no secret, no door past the acts, the strict policy holds."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from mlops.accounts.actions import create_token
from mlops.accounts.models import ApiToken
from mlops.administration.site.reading import NEVER
from mlops.administration.site.registered import site
from mlops.events.facts import SECRET
from mlops.events.models import Event
from mlops.runs.models import Run
from mlops.web.security import POLICY

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def run(project, experiment) -> Run:
    return Run.objects.create(
        project=project, experiment=experiment, number=1, spec={"nodes": [], "edges": []}, display_name="first run",
        state_since=timezone.now(),
    )  # fmt: skip


def address(model: type, act: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{act}", args=args)


@pytest.mark.parametrize("model", site._registry, ids=lambda model: model._meta.label)
def test_the_list_of_each_model_is_shown_and_searched(client, administrator, model):
    client.force_login(administrator)
    assert client.get(address(model)).status_code == 200
    assert client.get(f"{address(model)}?q=zebra").status_code == 200


@pytest.mark.parametrize("model", site._registry, ids=lambda model: model._meta.label)
def test_no_field_of_a_row_may_be_a_secret(administrator, model, rf):
    request = rf.get("/admin/")
    request.user = administrator
    shown = site._registry[model].get_fields(request)
    assert not [name for name in shown if SECRET.search(name) or name in NEVER]


def test_a_row_is_read_and_not_edited(client, administrator, run):
    client.force_login(administrator)
    page = client.get(address(Run, "change", run.pk)).content.decode()
    assert "first run" in page
    assert 'name="_save"' not in page
    assert client.post(address(Run, "change", run.pk), {"display_name": "other"}).status_code == 403
    run.refresh_from_db()
    assert run.display_name == "first run"


def test_nothing_adds_or_deletes_rows(client, administrator, run):
    client.force_login(administrator)
    for act in ("add", "delete", "history"):
        assert client.get(f"/admin/runs/run/{run.pk}/{act}/").status_code == 404
    answer = client.post(address(Run), {"action": "delete_selected", "_selected_action": [str(run.pk)]})
    assert Run.objects.filter(pk=run.pk).exists()
    assert answer.status_code in (200, 302)


def test_a_run_is_cancelled_by_the_act_with_its_event(client, administrator, run):
    client.force_login(administrator)
    client.post(address(Run), {"action": "cancel", "_selected_action": [str(run.pk)]})
    run.refresh_from_db()
    assert run.state in ("cancelling", "cancelled")
    assert Event.objects.filter(subject=f"runs/{run.pk}", actor=administrator).exists()


def test_tokens_are_revoked_by_the_act(client, administrator, owner):
    create_token(owner, name="t", scopes="all")
    client.force_login(administrator)
    client.post(address(ApiToken), {"action": "revoke", "_selected_action": [str(ApiToken.objects.get().pk)]})
    assert not ApiToken.objects.exists()
    assert Event.objects.filter(type="mlops.token.revoked", actor=administrator).exists()


def test_what_an_act_refuses_is_told_and_changes_nothing(client, administrator):
    client.force_login(administrator)
    own = {"action": "deactivate", "_selected_action": [str(administrator.pk)]}
    page = client.post(address(User), own, follow=True).content.decode()
    assert 'class="error"' in page
    administrator.refresh_from_db()
    assert administrator.is_active


def test_others_are_refused_and_strangers_sent_to_the_sign_in_page(client, owner, project):
    assert client.get("/admin/").headers["Location"] == "/sign-in/?next=/admin/"
    client.force_login(owner)
    assert client.get("/admin/").status_code == 403
    assert client.get(address(User)).status_code == 403


@pytest.mark.parametrize("page", ["/admin/", "/admin/auth/user/", "/admin/runs/"])
def test_pages_hold_the_strict_policy(client, administrator, page):
    client.force_login(administrator)
    answer = client.get(page)
    told = re.sub("'nonce-[^']+'", "'nonce-{nonce}'", answer.headers["Content-Security-Policy"])
    assert told == POLICY
    text = answer.content.decode()
    assert not re.search(r"<style|\sstyle=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
    assert not re.search(r"\son\w+=", text)
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)
