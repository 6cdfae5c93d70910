"""`mlops online-endpoint metrics` against a real server."""

from __future__ import annotations

import pytest

from mlops.telemetry.sampling import look
from tests.client.conftest import Mlops
from tests.telemetry.conftest import blue, endpoint, told

__all__ = ["blue", "endpoint"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_all_of_the_time_is_one_line_a_deployment(signed_in: Mlops, endpoint):
    look(told(endpoint, in_flight=1))
    found = signed_in("online-endpoint", "metrics", "-n", "prices", "--range", "15m", "--total")
    assert [(row["deployment"], row["possible"]) for row in found.value] == [("blue", 2.0), ("green", None)]


def test_one_deployment_is_told_step_by_step(signed_in: Mlops, endpoint):
    found = signed_in("online-endpoint", "metrics", "-n", "prices", "-d", "blue", "--step", "300")
    assert {row["deployment"] for row in found.value} == {"blue"}
    assert len(found.value) in (12, 13)


def test_an_unknown_range_is_refused_with_status_3(signed_in: Mlops, endpoint):
    assert signed_in("online-endpoint", "metrics", "-n", "prices", "--range", "7w").status == 3
