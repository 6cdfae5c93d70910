"""Every route, tried by everybody: who may gets an answer, who may not gets a refusal and reads nothing."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from tests.access.conftest import SECRET
from tests.access.expectations import TRIES
from tests.access.walk import (
    ANYONE,
    CONTRIBUTE,
    HELD,
    MAY,
    NARROW,
    ONE_ACTION,
    OPERATE,
    OWN,
    PROGRAM,
    READ,
    SIGNED_IN,
    Try,
    routes,
)

BY_TOKEN = ("<mlflow_base:base>", "get-artifact", "graphql", "model-versions/", "v1/traces")
"""Routes that know no cookies."""
PERSONAL = ("api/v1/tokens/", "api/v1/projects/", "api/v1/alert-preferences/")
"""What is a person's own is changed neither by a narrow token nor by a program."""
PRIVATE = ("api/v1/me/sessions/", "api/v1/me/second-factor/")
"""Below these they see nothing either."""
REFUSED = (401, 403, 404)
LACKS = re.compile(r"another with “([\w.]+)”")
GRANTED = {"model_id", "number", "alias", "endpoint_id", "deployment_id", "token_name", "dataset_id"}
GRANTED |= {"run_id", "draft_id", "pipeline_id"}
"""The parts of addresses that name the things on which the guest has grants, or what is in them."""
GRANTED_NAMES = re.compile(f"{SECRET}(?:-(?:model|endpoint|column)| (?:data|run|draft|retrain))")
GUESTS_ACT = "api/v1/online-endpoints/<uuid:endpoint_id>/", "endpoints/<uuid:endpoint_id>/"
"""Where the guest operates."""
BY_NAME = "/registered-models/", "/model-versions/", "/runs/series/"
"""Routes that name the granted model or run in the question."""
BYTES = "/files/", "/download/", "/get-artifact"
"""The content of the granted model itself."""
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def test_every_route_says_who_may_use_it():
    silent = sorted(set(routes()) - {one.route for one in TRIES})
    assert not silent, "\n".join(["Say in tests/access/expectations.py who may use:", *silent])


def test_no_expectation_is_about_a_route_that_is_gone():
    assert sorted({one.route for one in TRIES} - set(routes())) == []


def _area(one: Try) -> str:
    """Such as `api/v1/models`: routes below it are tried in one world."""
    parts = one.route.split("/")
    return "/".join(parts[: 3 if one.route.startswith("api/") else 1])


AREAS = {area: list(tries) for area, tries in groupby(sorted(TRIES, key=_area), key=_area)}


@pytest.mark.parametrize("area", AREAS)
def test_routes_answer_those_who_may_and_nobody_else(area: str, people, world):
    callers = {who: person for who, person in people.items() if who in MAY} | by_token(people)
    known.clear()
    wrong = [
        f"{one.method} /{one.route}{one.query}: {line}"
        for one in AREAS[area]
        for who, caller in callers.items()
        if (line := _fault(one, who, caller, world))
    ]
    wrong += [
        f"{one.method} /{one.route}{one.query}: {line}"
        for one in AREAS[area]
        if (line := _fault_of_guest(one, people["guest"], world) or _fault_of_one_action(one, people, world))
    ]
    assert not wrong, "\n".join(wrong)


def _fault_of_one_action(one: Try, people: dict[str, Any], world: dict[str, Any]) -> str:
    """Whoever holds one action above reading may do what readers are refused for want of it, and nothing else."""
    if one.needs not in (OPERATE, CONTRIBUTE, OWN):
        return ""
    status, _location, text, _policy = _ask(one, people["reader"], world)
    lacks = LACKS.findall(text)
    status, _location, text, _policy = _ask(one, people[ONE_ACTION], world)
    if HELD in lacks:
        return f"refused for want of {HELD}, which is held" if HELD in LACKS.findall(text) else ""
    return "" if status in (*REFUSED, 302) else f"{ONE_ACTION} may not, but got {status}: {text[:300]}"


def _fault_of_guest(one: Try, guest: Any, world: dict[str, Any]) -> str:
    """Who has grants on a few things alone reads what they alone address, and nothing around them."""
    status, _location, text, _policy = _ask(one, guest, world)
    is_open = one.needs in (ANYONE, SIGNED_IN)
    parts = set(PARAMETER.findall(one.route))
    by_name = any(word in f"/{one.route}" for word in BY_NAME)
    if status < 300 and not is_open and not by_name and not (parts and parts <= GRANTED):
        return f"a guest may not, but got {status}: {text[:300]}"
    changes = one.method != "GET" and not one.route.endswith("/get-latest-versions")
    if status < 300 and not is_open and changes and not one.route.startswith(GUESTS_ACT):
        return f"a guest may not change it, but got {status}: {text[:300]}"
    told = GRANTED_NAMES.sub("", text)
    if SECRET in told and not one.route.endswith(BYTES):
        at = told.index(SECRET)
        return f"a guest reads more than the granted thing: …{told[max(0, at - 150) : at + 50]}"
    return ""


def _fault(one: Try, who: str, person: Any, world: dict[str, Any]) -> str:
    """What is wrong with the answer, or an empty text."""
    if isinstance(person, str) and (one.route == "api/v1/docs/" or not one.route.startswith(("api/", *BY_TOKEN))):
        return ""  # pages know no tokens
    is_personal = isinstance(person, str) and (
        one.route.startswith(PRIVATE) or (one.route in PERSONAL and one.method != "GET")
    )
    status, location, text, policy = _ask(one, person, world)
    if scripts_are_loose(policy):
        return f"{who} got an answer whose Content-Security-Policy lets scripts in: {policy}"
    to_sign_in = status == 302 and location.startswith("/sign-in/")
    if one.needs in MAY[who] and not is_personal:
        answered = status in one.allowed or (status < 500 and status not in (*REFUSED, 405))
        if not answered or (to_sign_in and one.route not in ("sign-out/", "sign-in/second/")):
            return f"{who} may, but got {status} {location}: {text[:300]}"
        if who == "stranger" and one.needs == SIGNED_IN and SECRET in text:
            return f"{who} read what belongs to the project"
        return ""
    if status not in REFUSED and not to_sign_in:
        return f"{who} may not, but got {status} {location}: {text[:300]}"
    leaked = SECRET in text and READ not in MAY[who]
    return f"{who} was refused, but read what belongs to the project" if leaked else ""


known: dict[int, str] = {}
"""The session of each person of an area, who signs in once."""


def _client_of(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    if person.pk not in known:
        client.force_login(person)
        known[person.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.cookies[settings.SESSION_COOKIE_NAME] = known[person.pk]
    return client


def _ask(one: Try, person: Any, world: dict[str, Any]) -> tuple[int, str, str, str]:
    """In a transaction that is rolled back, so that nobody meets what somebody else has changed."""
    needs_token = one.route.startswith(BY_TOKEN)
    is_signed_in = person is not None and not needs_token and not isinstance(person, str)
    client = _client_of(person) if is_signed_in else Client(raise_request_exception=False)
    path = "/" + PARAMETER.sub(lambda found: str(world[found[1]]), one.route) + one.query.format(**world)
    body = {key: value.format(**world) if isinstance(value, str) else value for key, value in one.body.items()}
    kind = {"content_type": "application/json"} if one.route.startswith(("api/", *BY_TOKEN)) and not one.form else {}
    send = getattr(client, one.method.lower())
    with transaction.atomic():
        headers = _token_of(person) if person is not None and (needs_token or isinstance(person, str)) else {}
        response = send(path, headers=headers) if one.method == "GET" else send(path, body, headers=headers, **kind)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    told = response.headers
    policy = told.get("Content-Security-Policy", "")
    return response.status_code, told.get("Location", ""), content.decode(errors="replace"), policy


def scripts_are_loose(policy: str) -> bool:
    """Whether it lets run what is in a page itself, or comes from elsewhere."""
    given = {words[0]: set(words[1:]) for part in policy.split(";") if (words := part.split())}
    scripts = given.get("script-src", given.get("default-src"))
    return scripts is None or not scripts <= {"'self'", "'none'"}


def _token_of(person: Any) -> dict[str, str]:
    from mlops.accounts.actions import create_token

    secret = person if isinstance(person, str) else create_token(person, name="the walk")
    return {"Authorization": f"Bearer {secret}"}


def by_token(people: dict[str, Any]) -> dict[str, str]:
    """The secrets of an administrator's token for reading alone, and of a service account that operates."""
    from mlops.access.models import Project
    from mlops.accounts.service_accounts import create_service_account, create_token
    from mlops.accounts.tokens import create_token as personal

    project = Project.objects.get(slug="churn")
    account = create_service_account(people["owner"], project, name="walker", role="operator")
    return {
        NARROW: personal(people["administrator"], name="narrow", scopes="project.read", project=project),
        PROGRAM: create_token(people["owner"], account, name="walk"),
    }
