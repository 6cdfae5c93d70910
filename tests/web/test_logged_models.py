"""Models that code logged are listed, opened, registered and deleted on pages of their own."""

from __future__ import annotations

import io

import pytest
from django.utils import timezone

from mlops.blobs.trees import keep_stream
from mlops.registry.models import ModelVersion
from mlops.registry.queries import files_of
from mlops.runs import logged_models as acts
from mlops.runs.experiments import create_experiment
from mlops.runs.logging import Point
from mlops.runs.models import LoggedModel, LoggedModelState
from mlops.runs.tracking import start_tracked

pytestmark = pytest.mark.django_db


@pytest.fixture
def logged(contributor, project) -> LoggedModel:
    experiment = create_experiment(contributor, project, name="prices")
    model = acts.begin_model(contributor, experiment, name="forest", parameters={"depth": "3"}, tags={"team": "a"})
    acts.keep_model_file(model, "data/model.pkl", keep_stream(io.BytesIO(b"weights")))
    run = start_tracked(contributor, experiment, name="first")
    acts.tell_model_metrics(run, [(model, Point("rmse", 0.5, 2, timezone.now()), "houses", "abc")])
    acts.finish_model(contributor, model, state=LoggedModelState.READY)
    return model


@pytest.fixture
def browser(client, contributor, project):
    client.force_login(contributor)
    return client


def test_the_list_is_searched_by_name_metric_and_tag(browser, logged):
    for asked in ("", "forest", "metrics.rmse < 1", "tag.team = a", "experiment = prices"):
        assert "forest" in browser.get("/logged-models/", {"filter": asked}).content.decode(), asked
    assert "fits the filter" in browser.get("/logged-models/", {"filter": "metrics.rmse > 1"}).content.decode()


def test_one_tells_its_metrics_with_their_data_its_parameters_and_files(browser, logged):
    page = browser.get(f"/logged-models/{logged.pk}/").content.decode()
    for told in ("rmse", "0.5", "houses", "depth", "data/model.pkl", f"models:/m-{logged.pk.hex}", "team=a"):
        assert told in page, told


def test_one_is_registered_with_its_metrics_and_told_by_its_page(browser, logged):
    form = {"act": "register", "name": "prices", "tags": "Area=Churn"}
    assert browser.post(f"/logged-models/{logged.pk}/", form).status_code == 302
    version = ModelVersion.objects.get()
    assert (version.logged_model, version.metrics) == (logged, {"rmse": 0.5})
    assert [file.path for file in files_of(version)] == ["data/model.pkl"]
    assert "prices:1" in browser.get(f"/logged-models/{logged.pk}/").content.decode()
    refused = browser.post(f"/logged-models/{logged.pk}/", form | {"name": "a/b"})
    assert (refused.status_code, "a/b" in refused.content.decode()) == (400, True)


def test_files_are_only_saved(browser, logged):
    answer = browser.get(f"/logged-models/{logged.pk}/file/data/model.pkl")
    assert b"".join(answer.streaming_content) == b"weights"
    assert answer["Content-Disposition"].startswith("attachment")
    assert browser.get(f"/logged-models/{logged.pk}/zip/")["Content-Type"] == "application/zip"
    assert browser.get(f"/logged-models/{logged.pk}/file/nope").status_code == 404


def test_a_deleted_one_is_gone_from_its_pages(browser, logged):
    assert browser.post(f"/logged-models/{logged.pk}/", {"act": "delete"}).status_code == 302
    assert browser.get(f"/logged-models/{logged.pk}/").status_code == 404
    assert "No logged models yet" in browser.get("/logged-models/").content.decode()
