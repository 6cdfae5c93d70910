"""Quick hashes: what is tested is who gets in, not how a password is kept. What one test asked, the next did not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_asked_yet() -> Iterator[None]:
    from mlops.accounts import pace

    yield
    pace.forget()
