"""`mlops model convert` against a real server."""

from __future__ import annotations

import pytest

from mlops.packaging import tasks
from mlops.packaging.models import Conversion
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_version_is_converted_and_its_certificate_shown(signed_in, owner, project):
    registered(owner, project)
    made = signed_in("model", "convert", "-n", "prices", "--no-wait")
    assert made.status == 0, made.errors
    tasks.convert(str(Conversion.objects.get().pk))
    told = signed_in("model", "convert", "-n", "prices:1").value
    assert told["state"] == "accepted"
    assert [speed["rows"] for speed in told["certificate"]["speeds"]] == [1, 32, 1000]


def test_quantised_trees_end_with_the_reason(signed_in, owner, project):
    registered(owner, project)
    signed_in("model", "convert", "-n", "prices", "--quantize", "int8", "--no-wait")
    tasks.convert(str(Conversion.objects.get().pk))
    said = signed_in("model", "convert", "-n", "prices", "--quantize", "int8")
    assert said.status == 1
    assert "trees" in said.errors
    (row,) = signed_in("model", "list-conversions", "-n", "prices").value
    assert (row["kind"], row["state"]) == ("int8", "refused")


def test_two_forms_at_once_are_wrong_usage(signed_in, owner, project):
    assert signed_in("model", "convert", "-n", "prices", "--optimize", "--quantize", "int8").status == 2
