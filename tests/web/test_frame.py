"""The frame around the pages, the project that they are about, and what the browser is told to refuse."""

from __future__ import annotations

import pytest

from mlops.accounts.membership import create_project, give_role

pytestmark = pytest.mark.django_db


def test_the_home_page_names_the_project_and_what_to_do_first(client, project, owner):
    client.force_login(owner)
    page = client.get("/").content.decode()
    assert "<h1>Churn</h1>" in page
    assert "Bring data" in page


def test_a_person_without_a_project_is_told_to_make_one(client, stranger):
    client.force_login(stranger)
    page = client.get("/").content.decode()
    assert "You are not in any project yet" in page
    assert "/projects/new/" in page


def test_asking_for_a_project_switches_to_it_and_the_next_page_stays_there(client, project, owner):
    create_project(owner, name="Fraud", slug="fraud")
    client.force_login(owner)
    assert "<h1>Fraud</h1>" in client.get("/?project=fraud").content.decode()
    assert "<h1>Fraud</h1>" in client.get("/").content.decode()


def test_a_project_that_one_may_not_see_is_not_found(client, project, stranger):
    client.force_login(stranger)
    assert client.get("/?project=churn").status_code == 404


def test_a_mistyped_project_gets_the_nearest_name(client, project, owner):
    client.force_login(owner)
    response = client.get("/?project=chrun")
    assert response.status_code == 404
    assert "Did you mean &#x27;churn&#x27;?" in response.content.decode()


def test_after_leaving_a_project_the_frame_goes_to_another_one(client, project, owner, stranger):
    give_role(owner, project, user=stranger, role="reader")
    create_project(stranger, name="Own", slug="own")
    client.force_login(stranger)
    client.get("/?project=churn")
    give_role(owner, project, user=owner, role="owner")
    from mlops.accounts.membership import remove_person

    remove_person(owner, project, user=stranger)
    assert "<h1>Own</h1>" in client.get("/").content.decode()


def test_pages_allow_scripts_of_this_server_only(client, db):
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(("path", "host"), [("/nothing/", ""), ("/", "elsewhere.example"), ("/fails/", "")])
def test_pages_of_errors_allow_no_other_scripts_either(client, db, settings, path, host):
    settings.ROOT_URLCONF, client.raise_request_exception = "tests.web.failing", False
    answer = client.get(path, headers={"Host": host} if host else {})
    assert answer.status_code == {"/nothing/": 404, "/": 400, "/fails/": 500}[path]
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/", "/projects/", "/projects/new/", "/projects/churn/", "/settings/", "/api/v1/docs/"]
)
def test_pages_carry_no_inline_script_and_nothing_from_elsewhere(client, project, owner, path):
    client.force_login(owner)
    page = client.get(path).content.decode()
    assert "<script>" not in page
    assert " onclick=" not in page
    assert 'src="http' not in page


def test_the_home_page_needs_few_queries(client, project, owner, django_assert_max_num_queries):
    client.force_login(owner)
    client.get("/")
    with django_assert_max_num_queries(22):
        client.get("/")


def test_a_project_is_made_on_its_page_and_shown(client, stranger):
    client.force_login(stranger)
    response = client.post("/projects/new/", {"name": "Fraud"}, follow=True)
    assert "<h1>Fraud</h1>" in response.content.decode()


def test_a_refused_project_keeps_what_was_typed(client, project, owner):
    client.force_login(owner)
    response = client.post("/projects/new/", {"name": "Churn", "description": "the second"})
    assert response.status_code == 400
    assert "the second" in response.content.decode()


def test_the_activity_of_a_project_lists_who_did_what(client, project, owner, reader):
    client.force_login(reader)
    page = client.get("/projects/churn/?tab=activity").content.decode()
    assert "Role given" in page
    assert "rita" in page
    assert "Nothing found" in client.get("/projects/churn/?tab=activity&q=zzz").content.decode()
