"""The OpenAPI schema reads well: no warning, one name an operation, and every parameter and field says what it is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from mlops.access.meanings import METHODS, parameters, without_meaning


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    GENERATOR_STATS.reset()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return {"schema": schema, "told": sorted({*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache})}


def test_it_is_drawn_without_a_warning(drawn):
    assert drawn["told"] == []


def test_every_operation_has_a_name_and_a_title_of_its_own(drawn):
    operations = [item[method] for item in drawn["schema"]["paths"].values() for method in METHODS if method in item]
    for member in ("operationId", "summary"):
        count = Counter(one[member] for one in operations)
        assert [told for told, times in count.items() if times > 1] == []
    names = {one["operationId"] for one in operations}
    assert {"list_runs", "read_run", "list_versions_of_model", "cancel_explanation"} <= names


def test_every_parameter_and_field_says_what_it_is(drawn):
    assert without_meaning(drawn["schema"]) == [], "use help_text, or mlops/access/meanings/"


def test_a_name_in_an_address_is_of_the_noun_before_it():
    assert parameters.meaning("path", "number", "/api/v1/models/{model_id}/versions/{number}/") == (
        "The number of the version, from 1."
    )
    assert parameters.meaning("path", "model_id", "/api/v1/models/{model_id}/versions/") == "The id of the model."
