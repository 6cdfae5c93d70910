"""The page that starts an import, and the one that tells of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from mlops.imports.carrying import carry_out
from mlops.imports.models import Import
from mlops.runs.models import Run
from tests.imports.conftest import lay_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, contributor, project):
    client.force_login(contributor)
    return client


def test_a_trial_tells_what_would_come_and_can_be_carried_out(page, opened_folder, project):
    store = lay_out(opened_folder / "store", "3.17")
    sent = {"address": str(store), "artifacts": "on", "registry": "on", "act": "try"}
    answer = page.post(f"{reverse('web:imports')}?project={project.slug}", sent)
    trial = Import.objects.get()
    carry_out(str(trial.pk))
    shown = page.get(answer.url).content.decode()
    assert "Import it now" in shown
    assert not Run.objects.exists()
    page.post(answer.url, {"act": "carry_on"})
    real = Import.objects.exclude(pk=trial.pk).get()
    carry_out(str(real.pk))
    assert Run.objects.count() == 3
    assert "churn/first" in page.get(reverse("web:import", args=[real.pk])).content.decode()


def test_an_address_that_is_none_is_refused_on_the_form(page, project):
    answer = page.post(f"{reverse('web:imports')}?project={project.slug}", {"address": "ftp://x"})
    assert answer.status_code == 422
    assert "is no store of MLflow" in answer.content.decode()
    assert not Import.objects.exists()


def test_a_zip_of_a_store_can_be_sent(page, project, tmp_path):
    import shutil

    lay_out(tmp_path / "laptop", "2.16")
    archive = shutil.make_archive(str(tmp_path / "store"), "zip", tmp_path / "laptop")
    with open(archive, "rb") as file:
        page.post(f"{reverse('web:imports')}?project={project.slug}", {"archive": file, "artifacts": "on"})
    carry_out(str(Import.objects.get().pk))
    assert Import.objects.get().state == "completed"
    assert Run.objects.count() == 3
