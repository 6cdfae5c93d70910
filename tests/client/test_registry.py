"""`mlops registry` against a real server."""

from __future__ import annotations

import io

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_login_is_stored_listed_without_its_password_and_forgotten(signed_in, owner, project, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    stored = signed_in("registry", "login", "registry.example.com", "-u", "robot", "--password-stdin")
    assert stored.status == 0, stored.errors
    (listed,) = signed_in("registry", "list").value
    assert (listed["registry"], listed["name"]) == ("registry.example.com", "robot")
    assert "s3cret" not in str(listed)
    assert signed_in("registry", "logout", "registry.example.com").status == 0
    assert signed_in("registry", "list").value == []
    assert signed_in("registry", "logout", "registry.example.com").status == 2
