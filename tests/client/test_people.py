"""`mlops account`, `person`, `invitation` and `lockout`, as people type them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from mlops.accounts import lockout
from tests.client.conftest import Mlops

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by_ada(signed_in: Mlops, monkeypatch) -> Mlops:
    from mlops.accounts.actions import create_token

    ada = User.objects.create_superuser("ada")
    monkeypatch.setenv("MLOPS_TOKEN", create_token(ada, name="tests"))
    return signed_in


def test_one_sees_ones_account(signed_in: Mlops):
    assert signed_in("account", "show").value["name"] == "olga"
    assert signed_in("account", "sessions").value == []
    assert signed_in("account", "second-factor").value["is_set_up"] is False
    assert signed_in("account", "end-sessions", "--yes").value == {"ended": 0}


def test_an_administrator_makes_promotes_and_deactivates(by_ada: Mlops):
    assert "/sign-in/link/" in by_ada("person", "create", "-n", "nina").value["link"]
    assert by_ada("person", "update", "-n", "nina", "--administrator", "yes").value["is_administrator"] is True
    assert [one["kind"] for one in by_ada("person", "show-departure", "-n", "olga").value] == [
        "tokens", "roles", "projects",
    ]  # fmt: skip
    assert by_ada("person", "deactivate", "-n", "olga", "--yes").status == 0
    assert {one["name"]: one["is_active"] for one in by_ada("person", "list").value} == {
        "olga": False, "ada": True, "nina": True,
    }  # fmt: skip
    assert by_ada("person", "activate", "-n", "olga").value["is_active"] is True
    assert "person_unknown" in by_ada("person", "show", "-n", "nona").errors


def test_a_second_factor_is_required_with_days_of_grace(by_ada: Mlops):
    told = by_ada("person", "require-second-factor", "--of", "everybody", "--grace-days", "30").value
    assert (told["whom"], told["grace_days"], told["lacking"]) == ("everybody", 30, ["ada", "olga"])
    assert by_ada("person", "show-second-factor-rule").value == told
    assert by_ada("person", "require-second-factor", "--of", "optional").value["lacking"] == []


def test_an_owner_is_no_administrator(signed_in: Mlops):
    assert signed_in("person", "list").status == 3
    assert signed_in("lockout", "list").status == 3


def test_invitations_are_made_sent_again_and_withdrawn(signed_in: Mlops):
    made = signed_in("invitation", "create", "--project", "churn", "--role", "operator").value
    again = signed_in("invitation", "resend", "--id", made["id"], "-o", "tsv").out
    assert ("/invitations/" in again, again.strip() == made["link"]) == (True, False)
    signed_in("invitation", "withdraw", "--id", made["id"])
    assert [one["state"] for one in signed_in("invitation", "list", "--project", "churn").value] == ["withdrawn"]


def test_a_lockout_is_listed_and_ended(by_ada: Mlops):
    for _attempt in range(5):
        lockout.count("olga", "203.0.113.9")
    assert [one["name"] for one in by_ada("lockout", "list").value] == ["olga"]
    assert by_ada("lockout", "free", "-n", "olga").value == {"freed": 1}
