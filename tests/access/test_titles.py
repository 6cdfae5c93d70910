"""Every operation of the API has a title: its own, else one that is read from its method and address."""

from __future__ import annotations

import pytest

from mlops.access.titles import title
from mlops.web.pages.api_docs import groups


@pytest.mark.parametrize(
    ("method", "address", "told"),
    [
        ("get", "models/", "List models"),
        ("post", "models/", "Create a model"),
        ("get", "models/{model_id}/versions/{number}/", "Read a version of a model"),
        ("patch", "people/{name}/", "Change a person"),
        ("delete", "repositories/{repository_id}/", "Remove a repository"),
        ("post", "runs/{run_id}/cancel/", "Cancel a run"),
        ("post", "people/{name}/end-sessions/", "End sessions of a person"),
        ("put", "models/{model_id}/card/", "Set card of a model"),
        ("get", "{noun}/{thing_id}/tags/", "List tags of a thing"),
    ],
)
def test_a_title_is_read_from_method_and_address(method, address, told):
    assert title(method, f"/api/v1/{address}") == told


def test_every_operation_has_a_title_and_says_what_it_answers():
    operations = [one for group in groups() for one in group.operations]
    assert len(operations) > 400
    assert not [one.path for one in operations if " " not in one.title or not one.answers]


def test_no_two_bodies_share_a_name_and_every_way_to_sign_in_is_told():
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    GENERATOR_STATS.reset()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    told = [str(one) for one in GENERATOR_STATS._warn_cache]
    assert [one for one in told if "identical names" in one or "could not resolve" in one] == []
    assert set(schema["components"]["securitySchemes"]) == {"cookieAuth", "token", "password", "device", "step"}
