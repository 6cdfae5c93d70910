"""Class: a request that no client sends makes the server fail (CVE-2024-6838, CVE-2025-0453).

Whatever comes is answered or refused; nothing fails, nothing takes long, and nothing is kept that PostgreSQL, which
counts what SQLite does not, would not have taken."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import CharField
from django.db.models.functions import Length

from tests.attacks.odd import FACES, LONG, Odd, requests

COUNT, SEED = int(os.environ.get("ATTACKS", "200")), int(os.environ.get("ATTACKS_SEED", "7"))
"""More of them are tried by hand, with other seeds, when routes have changed."""
SECONDS = 20.0
FORM = "application/x-www-form-urlencoded"
NAMED = ('"INVALID_STATE"', '"router_unreachable"', '"sink_unreachable"', '{"ready": false')
"""Refusals that say what is wrong elsewhere."""


@pytest.mark.parametrize("face", FACES)
def test_no_request_makes_the_server_fail(face, world, people, token_of, send):
    who = people["administrator"]
    more = {"session": who, "Content_Type": FORM} if face == "pages" else {"by": token_of(who)}
    faults = [fault for one in requests(face, world, count=COUNT, seed=SEED) if (fault := _fault(one, send, more))]
    assert not faults, "\n".join(faults)


def _fault(one: Odd, send: Any, more: dict[str, Any]) -> str:
    began = time.monotonic()
    with transaction.atomic():
        answer = send(one.method, one.path, one.body, **more)
        took = time.monotonic() - began
        too_long = ", ".join(_too_long()) if answer.status_code < 300 and one.what.endswith(f"{LONG[:40]!a}") else ""
        transaction.set_rollback(True)
    if answer.status_code >= 500 and not any(code in answer.told for code in NAMED):
        return f"{one}: {answer.status_code} {answer.told[:200]} {_place(answer)}"
    if too_long:
        return f"{one}: PostgreSQL would not keep {too_long}"
    return f"{one}: took {took:.1f} s" if took > SECONDS else ""


def _too_long() -> Iterator[str]:
    """Columns that hold more than they say; SQLite does not count."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CharField) and field.max_length:
                rows = model._base_manager.alias(length=Length(field.attname)).filter(length__gt=field.max_length)
                if rows.exists():
                    yield f"{model.__name__}.{field.name}"


def _place(answer: Any) -> str:
    found = getattr(answer, "exc_info", None)
    if not found:
        return ""
    place = found[2]
    ours = ""
    while place is not None:
        name = place.tb_frame.f_code.co_filename
        if "/mlops/" in name and "site-packages" not in name:
            ours = f"{name.rpartition('/mlops/')[2]}:{place.tb_lineno}"
        place = place.tb_next
    return f"{found[0].__name__}: {str(found[1])[:100]} at {ours}"
