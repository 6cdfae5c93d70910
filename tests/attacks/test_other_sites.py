"""Class: a page of another site acts in a person's name, or gets at a server of the inner network (CVE-2025-1473,
CVE-2025-14279; reports of CORS and of DNS rebinding).

The API knows no cookies; forms carry a token; no answer allows another origin; a name that others have bound to our
address is not ours. That no page of another site listens at the socket: `tests/web/test_live.py`."""

from __future__ import annotations

import pytest
from django.test import Client

READ = "/api/2.0/mlflow/experiments/get?experiment_id=0"
FOREIGN = (
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "https://[bad"}, {"Origin": "file://"},
    {"Origin": "http://testserver.evil.example"}, {"Origin": "http://evil.example:80"}, {"Origin": "https://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://rebound.example", "Host": "rebound.example"},
    {"Origin": "http://rebound.example:8000", "Host": "rebound.example:8000", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin", "Host": "rebound.example"},
    {"Origin": "http://127.0.0.1.rebound.example", "Host": "127.0.0.1.rebound.example"},
    {"Origin": "http://localhost.evil.example", "Host": "localhost.evil.example"},
)  # fmt: skip
OWN = (
    {"Origin": "http://localhost:8000", "Host": "localhost:8000"}, {},
    {"Origin": "http://[::1]:8000", "Host": "[::1]:8000"},
    {"Origin": "http://10.0.0.7", "Host": "10.0.0.7"}, {"Sec-Fetch-Site": "none", "Host": "127.0.0.1"},
)  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_no_page_of_another_site_calls_the_api_even_with_a_token(contributor, token_of, headers):
    told = {"Authorization": f"Bearer {token_of(contributor)}"} | headers
    for method, path in (("get", READ), ("post", "/api/2.0/mlflow/runs/create"), ("get", "/get-artifact?run_id=a")):
        answer = getattr(Client(), method)(path, headers=told)
        assert answer.status_code in (400, 403), (path, answer.content)
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_pages_of_this_server_and_programs_are_answered(contributor, token_of, headers):
    told = {"Authorization": f"Bearer {token_of(contributor)}"} | headers
    assert Client().get(READ, headers=told).status_code == 200


def test_a_persons_cookie_is_nothing_to_the_api_of_mlflow(contributor):
    browser = Client()
    browser.force_login(contributor)
    assert browser.get(READ).status_code == 401
    assert browser.post("/api/2.0/mlflow/runs/create", {}, content_type="application/json").status_code == 401


@pytest.mark.parametrize("path", ["/projects/new/", "/settings/", "/api/v1/projects/", "/api/v1/tokens/", "/sign-out/"])
def test_no_form_is_sent_without_its_token(owner, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    for headers in ({}, {"X-CSRFToken": "a" * 32}, {"Origin": "https://evil.example"}):
        assert browser.post(path, {"name": "evil", "act": "create-token"}, headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/", "/api/v1/projects/", READ, "/sign-in/", "/metrics", "/version"])
def test_no_answer_allows_another_origin(owner, path):
    for method in ("get", "options"):
        answer = getattr(Client(), method)(path, headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "http:evil.example", "https:///evil.example", "\t//evil.example", "/%09/evil.example", "@evil.example"],
)  # fmt: skip
def test_signing_in_leads_to_pages_of_ours(owner, target):
    answer = Client().post("/sign-in/", {"name": "olga", "password": "a long passphrase", "next": target})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith(("//", "/\\"))


def test_a_foreign_host_is_written_into_no_link_and_answered_to_no_browser(owner, settings):
    browser = Client()
    browser.force_login(owner)
    page = browser.get("/", headers={"Host": "evil.example", "X-Forwarded-Host": "evil2.example"})
    assert (page.status_code, b'href="http' in page.content) == (400, False)
    settings.OWN_NAMES = ["studio.example"]
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400
    assert browser.get("/", headers={"Host": "studio.example"}).status_code == 200


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken"])
def test_cookies_are_not_sent_along_by_other_sites(owner, cookie):
    browser = Client()
    browser.post("/sign-in/", {"name": "olga", "password": "a long passphrase"})
    browser.get("/projects/new/")
    assert browser.cookies[cookie]["samesite"] == "Lax"
    assert cookie == "csrftoken" or browser.cookies[cookie]["httponly"]
