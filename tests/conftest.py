"""The people of every test: an owner, a contributor, a reader and a stranger, around one project."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as product
from django.contrib.auth.models import User
from django.utils import translation

from tests.engine import engine, engine_url, registry, with_engine

__all__ = ["engine", "engine_url", "registry", "with_engine"]

product.CHECK_EVENTS = True
product.RATE_ADDRESS = 0  # many requests in a minute
product.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # many people, little time
product.WHITENOISE_AUTOREFRESH = True  # files are looked for when they are asked for, not once for each client


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Today's tables at once, which are those that the migrations make (tests/server/test_schema.py)."""
    product.DATABASES["default"].setdefault("TEST", {})["MIGRATE"] = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> None:
    from mlops.server import schema
    from tests.emptying import empty_quickly

    empty_quickly()
    with django_db_blocker.unblock():
        schema.note_applied(schema.pending())


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings, monkeypatch) -> Path:
    """Each test has a data directory of its own."""
    from mlops.blobs import stores

    folder = tmp_path / "data"
    (folder / "uploads").mkdir(parents=True)
    monkeypatch.setenv("MLOPS_DATA_DIR", str(folder))
    settings.DATA_DIR = folder
    settings.FILE_UPLOAD_TEMP_DIR = folder / "uploads"
    stores.store.cache_clear()
    return folder


@pytest.fixture(autouse=True)
def the_worker_looks_again() -> Iterator[None]:
    """It asks for its row every two seconds only; a test is faster."""
    yield
    if found := sys.modules.get("mlops.execution.here"):
        found.here.forget()


@pytest.fixture(autouse=True)
def the_same_folder_again() -> Iterator[None]:
    """A step or a model that a test carries out in this process goes into its own folder."""
    before = Path.cwd()
    yield
    os.chdir(before)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """A request in another language leaves it behind in its thread."""
    yield
    translation.deactivate()


def _person(name: str) -> User:
    return User.objects.create_user(name, password="a long passphrase")


@pytest.fixture
def owner(db) -> User:
    return _person("olga")


@pytest.fixture
def project(owner):
    from mlops.accounts.membership import create_project

    return create_project(owner, name="Churn", slug="churn")


@pytest.fixture
def contributor(project, owner) -> User:
    from mlops.accounts.membership import give_role

    person = _person("carl")
    give_role(owner, project, user=person, role="contributor")
    return person


@pytest.fixture
def operator(project, owner) -> User:
    from mlops.accounts.membership import give_role

    person = _person("otto")
    give_role(owner, project, user=person, role="operator")
    return person


@pytest.fixture
def reader(project, owner) -> User:
    from mlops.accounts.membership import give_role

    person = _person("rita")
    give_role(owner, project, user=person, role="reader")
    return person


@pytest.fixture
def stranger(db) -> User:
    return _person("sven")
