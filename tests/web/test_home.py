"""The first steps on the home page: each is ticked when the project really has what it asks for."""

from __future__ import annotations

import re

import pytest

from designer import actions
from mlops.access.models import FIRST_NAME, Project

pytestmark = pytest.mark.django_db


def test_nothing_is_ticked_in_an_empty_project_and_data_comes_first(client, project, owner):
    client.force_login(owner)
    page = client.get("/").content.decode()
    assert "is-done" not in page
    assert _advised(page) == ["1. Bring data"]


def test_a_drawing_ticks_its_step_and_the_next_leads_to_it(client, project, owner):
    draft = actions.create_draft(owner, project)
    client.force_login(owner)
    page = client.get("/").content.decode()
    assert _ticked(page) == ["2. Draw a pipeline"]
    assert f"/designer/{draft.pk}/" in _card(page, "3. Run it")


def _advised(page: str) -> list[str]:
    return [title for title in _titles(page) if "is-next" in _card(page, title)]


def _ticked(page: str) -> list[str]:
    return [title for title in _titles(page) if "is-done" in _card(page, title)]


def _titles(page: str) -> list[str]:
    return re.findall(r"<h3>(\d\. [^<]+)</h3>", page)


def _card(page: str, title: str) -> str:
    return next(part for part in page.split('<li class="card') if f"<h3>{title}</h3>" in part).split("</li>")[0]


def test_the_name_of_the_first_project_is_told_in_the_readers_language_until_it_is_changed(client, owner, project):
    client.force_login(owner)
    Project.objects.filter(pk=project.pk).update(name=FIRST_NAME)
    german = {"HTTP_ACCEPT_LANGUAGE": "de"}
    assert "Erste Schritte" in client.get("/", **german).content.decode()
    assert client.get("/api/v1/projects/", **german).json()["results"][0]["name"] == "Getting started"
    Project.objects.filter(pk=project.pk).update(name="Churn")
    assert "Churn" in client.get("/", **german).content.decode()
