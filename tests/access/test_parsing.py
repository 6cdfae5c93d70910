"""JSON that the REST API does not take."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("body", [b'{"name": "a\\u0000"}', b'{"name": "\\ud800"}', b"[" * 100_000, b'{"name": NaN}'])
def test_json_that_nothing_could_keep_is_refused(client, owner, body):
    client.force_login(owner)
    answer = client.post("/api/v1/projects/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.parametrize("days", ["9" * 5_000, "9" * 12])
def test_a_number_beyond_all_measure_is_refused_in_pages(client, owner, days):
    client.force_login(owner)
    answer = client.post("/settings/", {"act": "create-token", "name": "x", "days": days})
    assert answer.status_code == 400
    assert "number" in answer.content.decode()
