"""The pages of environments."""

from __future__ import annotations

import pytest

from mlops.environments.models import Environment, EnvironmentAsset
from mlops.environments.tasks import build_environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, contributor):
    client.force_login(contributor)
    return client


def test_an_environment_is_made_from_typed_text_and_shown_with_its_build(page, project):
    made = page.post("/environments/new/?project=churn", {"name": "words", "text": "humanize<4.12\n"})
    asset = EnvironmentAsset.objects.get(name="words")
    assert made.url == f"/environments/{asset.pk}/"
    build_environment(Environment.objects.get().key)
    shown = page.get(made.url).content.decode()
    assert "4.11.0" in shown
    assert "frozen" in shown
    assert "MIT" in shown
    assert "Building an environment with Python" in shown
    assert "words" in page.get("/environments/?project=churn").content.decode()


def test_text_that_cannot_be_read_is_told_and_stays(page, project):
    made = page.post("/environments/new/?project=churn", {"name": "words", "text": "not a package!\n"})
    assert made.status_code == 422
    assert "names no package" in made.content.decode()
    assert "not a package!" in made.content.decode()


def test_curated_names_are_listed(page, project):
    assert "AzureML-Minimal" in page.get("/environments/?project=churn&tab=curated").content.decode()
