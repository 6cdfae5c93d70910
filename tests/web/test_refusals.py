"""What people and programs see when something is refused, missing or broken."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_a_refusal_in_a_page_is_a_page_with_message_hint_and_way_back(client, project, reader):
    client.force_login(reader)
    response = client.post("/projects/churn/", {"act": "give-role"}, headers={"Referer": "http://testserver/projects/"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "You need the role owner" in page
    assert "Ask an owner of the project" in page
    assert 'href="/projects/"' in page


def test_the_way_back_never_leads_to_another_site(client, project, reader):
    client.force_login(reader)
    response = client.post("/projects/churn/", {}, headers={"Referer": "http://testserver.example/x"})
    assert "testserver.example" not in response.content.decode()


def test_an_unknown_page_is_a_404_in_the_frame(client, owner):
    client.force_login(owner)
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "There is no page at this address" in response.content.decode()


def test_an_unknown_page_works_for_visitors_too(client, db):
    assert client.get("/nothing/").status_code == 404


def test_an_unknown_rest_address_is_a_problem_in_json(client, db):
    response = client.get("/api/v1/nothing/")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do(project, owner):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post("/projects/new/", {"name": "x"})
    assert response.status_code == 403
    assert "The form is out of date" in response.content.decode()


def test_a_fault_of_ours_is_a_page_without_details(client, owner, settings):
    from django.template.loader import render_to_string

    page = render_to_string("500.html")
    assert "Something went wrong here" in page
