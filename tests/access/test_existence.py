"""A stranger's answer about a thing that is there is the answer about one that is not: the same words, and as many
queries, so that neither the text nor the time tells them apart."""

from __future__ import annotations

import re
import uuid

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.access.expectations import TRIES
from tests.access.test_routes import BY_TOKEN, PARAMETER
from tests.access.walk import READ

UUID_PARAMETER = re.compile(r"<uuid:\w+>")
ANY_ID = re.compile(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|nonce(?:-|\" content=\")[\w-]+|[\w-]{43,}|[A-Za-z0-9]{64}"
)
ASKED = sorted({one.route for one in TRIES if one.needs == READ and one.method == "GET" and not one.query})


def test_a_stranger_cannot_tell_what_is_there_from_what_is_not(people, world):
    browser = Client(raise_request_exception=False)
    browser.force_login(people["stranger"])
    browser.get("/projects/")  # what a process reads once, is read
    told = []
    for route in ASKED:
        if not UUID_PARAMETER.search(route) or route.startswith(BY_TOKEN):
            continue
        real = _answer(browser, PARAMETER.sub(lambda found: str(world[found[1]]), route))
        made_up = UUID_PARAMETER.sub(lambda _found: str(uuid.uuid4()), route)
        other = _answer(browser, PARAMETER.sub(lambda found: str(world[found[1]]), made_up))
        if real != other:
            told.append(f"/{route}: {real[0]} with {real[2]} queries, and {other[0]} with {other[2]}")
    assert not told, "\n".join(told)


def _answer(browser: Client, path: str) -> tuple[int, str, int]:
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(f"/{path}")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, ANY_ID.sub("", content.decode(errors="replace")), len(queries)
