"""A policy whose person leaves."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from mlops.accounts import standing
from mlops.events.models import Event

pytestmark = pytest.mark.django_db


def test_a_policy_is_disabled_with_the_reason_when_its_person_leaves(make_policy):
    policy = make_policy()
    standing.deactivate(User.objects.create_superuser("ada"), policy.runs_as, reason="left")
    policy.refresh_from_db()
    assert (policy.is_enabled, "deactivated" in policy.reason) == (False, True)
    event = Event.objects.filter(type="mlops.retraining.policy_disabled").latest("seq")
    assert (event.before["is_enabled"], event.after["is_enabled"]) == (True, False)
