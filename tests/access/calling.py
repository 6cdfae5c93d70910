"""Calls the REST API as its OpenAPI schema says, with made-up values in a world of real things.

Every call is in a transaction that is rolled back, and nothing that would come after a commit is done."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

ROUTED = ("/invoke/", "/requests/", "/swagger/")
"""They ask the router, which does not run here: 502 is the truth."""
SEED = 20
REAL = 0.9
"""The share of values that name things of the world, where one is known."""


def no_fault_of_ours(context: Any, answer: Any, case: Any) -> None:
    is_routed = case.path.endswith(ROUTED) and answer.status_code == 502
    assert answer.status_code < 500 or is_routed, f"{answer.status_code}: {answer.text[:300]}"


CHECKS = [no_fault_of_ours, status_code_conformance, content_type_conformance, response_schema_conformance]


@schemathesis.serializer("application/zip", "application/x-tar", "application/offset+octet-stream")
def as_bytes(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@contextmanager
def one_connection() -> Iterator[None]:
    """Of the test and of the requests, which else begin and end with a look whether it should be closed."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def operations() -> Iterator[Any]:
    application = get_wsgi_application()
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    for found in schema.get_all_operations():
        yield found.ok()


def faults(operation: Any, world: dict[str, Any], headers: dict[str, str], *, examples: int) -> list[str]:
    """What is wrong with the answers: a fault of the server, or what the schema does not tell."""
    chance = random.Random(SEED)
    found: dict[str, None] = {}

    def call(case: Any) -> None:
        _name_real_things(case, world, chance)
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseExceptionGroup as error:
            found.update(dict.fromkeys(f"{operation.label}: {_told(one)}" for one in error.exceptions))
        except AssertionError as error:
            found[f"{operation.label}: {_told(error)}"] = None

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        with suppress(Unsatisfiable):  # of nothing that can be wrong
            _some(operation, mode, examples)(call)()
    return list(found)


def _some(operation: Any, mode: GenerationMode, examples: int) -> Any:
    rules = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return lambda call: seed(SEED)(rules(given(case=operation.as_strategy(generation_mode=mode))(call)))


def _name_real_things(case: Any, world: dict[str, Any], chance: random.Random) -> None:
    for place in (case.path_parameters, case.query, case.body):
        for name in place if isinstance(place, dict) else ():
            key = "slug" if name == "project" else name
            if key in world and isinstance(place[name], str | int) and chance.random() < REAL:
                place[name] = world[key] if isinstance(world[key], int) else str(world[key])


def _told(error: BaseException) -> str:
    return " ".join(str(error).split())[:600]
