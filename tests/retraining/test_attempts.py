"""Attempts from their trigger to the decision, on a small real pipeline."""

from __future__ import annotations

import pytest

from mlops.events.models import Event
from mlops.registry.models import ModelVersion
from mlops.retraining import actions
from mlops.tags.filters import tags_of
from tests.retraining.conftest import led

pytestmark = pytest.mark.django_db(transaction=True)


def events() -> list[str]:
    found = Event.objects.filter(type__startswith="mlops.retraining.").order_by("seq")
    return [one.type.removeprefix("mlops.retraining.") for one in found]


def test_without_a_model_in_use_the_first_one_is_promoted(contributor, make_policy):
    policy = make_policy(then={"do": "tag", "tags": {"Area": "Cars"}})
    attempt = led(actions.start(contributor, policy))
    assert (attempt.stage, attempt.hint) == ("promoted", "")
    version = ModelVersion.objects.get()
    assert tags_of(version) == {"Area": "Cars", "stage": "production"}
    assert version.metrics["root_mean_squared_error"] < 100
    assert events() == ["policy_created", "triggered", "compared", "promoted"]
