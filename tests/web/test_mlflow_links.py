"""Addresses that MLflow's client prints lead to our pages, with signing in between."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.registry.shelf import registered
from tests.runs.history import past_run

pytestmark = pytest.mark.django_db


def test_a_run_an_experiment_and_a_model_are_found_by_the_names_of_mlflow(client, contributor, project):
    run, version = past_run(contributor, project), registered(contributor, project)
    client.force_login(contributor)
    experiment = f"/mlflow/experiments/{run.experiment_id.hex}"
    assert client.get(f"{experiment}/runs/{run.pk.hex}").url == f"/runs/{run.pk}/"
    assert client.get(experiment).url == f"/runs/?experiment=cars&project={project.slug}"
    model = f"/mlflow/models/{version.model.name}"
    assert client.get(f"{model}/versions/1").url == reverse("web:model-version", args=[version.model_id, 1])
    assert client.get("/mlflow/experiments/0").status_code == 302
    for wrong in ("experiments/7", f"experiments/1/runs/{version.pk.hex}", "models/none"):
        assert client.get(f"/mlflow/{wrong}").status_code == 404


def test_signing_in_comes_between(client, contributor, project):
    run = past_run(contributor, project)
    link = f"/mlflow/experiments/1/runs/{run.pk.hex}"
    assert client.get(link).url.startswith("/sign-in/?next=/mlflow/")
    for page in ("/sign-in/", "/"):
        client.force_login(contributor) if page == "/" else client.logout()
        assert "mlflow_links.js" in client.get(page).content.decode()
