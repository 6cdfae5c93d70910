from __future__ import annotations

import os
from typing import Any

from mlops.accounts.actions import create_token
from tests.access import calling

EXAMPLES = int(os.environ.get("MLOPS_SCHEMA_EXAMPLES", "1"))
"""Of right and of wrong values for each operation; CONTRIBUTING.md has the long form."""


def test_the_api_answers_made_up_calls_as_its_schema_says(people, world: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {create_token(people['owner'], name='schema')}"}
    with calling.one_connection():
        found = [
            fault
            for operation in calling.operations()
            for fault in calling.faults(operation, world, headers, examples=EXAMPLES)
        ]
    assert not found, "\n".join(found)


def test_every_operation_tells_how_it_refuses() -> None:
    from drf_spectacular.generators import SchemaGenerator

    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    told = [
        operation["responses"] for item in paths.values() for operation in item.values() if "responses" in operation
    ]
    assert len(told) > 400
    assert all({"400", "401", "403", "404", "409", "422", "429"} <= set(one) for one in told)
