"""What one of the databases refuses only as it is written: the answer says what was wrong, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, connection
from django.utils import timezone

from designer.models import Draft
from mlops.access.models import CustomRole
from mlops.access.problems import as_refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ({"name": "x" * 5_000}, "text_too_long"),
        ({"name": "a\0b"}, "text_unusable"),
        ({"name": "\ud800"}, "text_unusable"),
        ({"name": "half", "actions": ["\ud800"]}, "text_unusable"),
        ({"name": "nul", "actions": ["a\0b"]}, "text_unusable"),
    ],
)
def test_a_text_that_its_column_does_not_take_is_told(role: dict[str, Any], code: str) -> None:
    _expect(code, CustomRole(**role))


def test_a_number_that_its_column_does_not_hold_is_told(project) -> None:
    draft = Draft(project=project, name="Prices", document={}, saved_at=timezone.now(), revision=3_000_000_000)
    _expect("number_too_large", draft)


def _expect(code: str, row: Any) -> None:
    """SQLite takes most of it: its columns have no width."""
    told = None
    try:
        row.save()
    except (DataError, ValueError) as error:
        told = as_refusal(error)
    assert told.code == code if told else connection.vendor == "sqlite"
