"""Published pipelines and schedules in pages, from the first call to what became of it."""

from __future__ import annotations

import polars as pl
import pytest

from designer import actions as designer
from mlops.pipelines.models import PipelineEndpoint, PublishedPipeline, Schedule
from mlops.runs.models import Run
from tests.execution.conftest import dataset_version
from tests.pipelines.test_publishing import drawing

pytestmark = pytest.mark.django_db
TYPED = {
    "kind": "cron",
    "expression": "0 6 * * *",
    "time_zone": "Europe/Berlin",
    "catch_up": "skip",
    "overlap": "queue",
    "parameter-share": "0.9",
}


@pytest.fixture
def published(contributor, project, tmp_path, client) -> PublishedPipeline:
    dataset_version(project, pl.DataFrame({"price": [1.0, 2.0]}), tmp_path)
    draft = designer.create_draft(contributor, project, name="d", document=drawing())
    client.force_login(contributor)
    return designer.publish(contributor, draft, endpoint="retrain")


def page(published: PublishedPipeline, tab: str = "") -> str:
    return f"/pipelines/{published.endpoint_id}/?tab={tab}"


def test_the_form_runs_the_version_with_the_typed_values(client, published):
    typed = {"act": "submit", "experiment": "weekly", "parameter-share": "0.8", "parameter-source": "Cars:1"}
    answer = client.post(page(published), typed)
    run = Run.objects.get()
    assert answer.headers["Location"] == f"/runs/{run.pk}/"
    assert run.asked["parameters"]["share"] == 0.8
    assert f"#{run.number}" in client.get(page(published, "runs")).content.decode()


def test_a_wrong_value_is_told_and_what_was_typed_stays(client, published):
    answer = client.post(page(published), {"act": "submit", "experiment": "weekly", "parameter-share": "much"})
    text = answer.content.decode()
    assert answer.status_code == 422 or answer.status_code == 400
    assert 'value="much"' in text
    assert 'value="weekly"' in text
    assert "takes a number" in text


@pytest.mark.parametrize("tab", ["versions", "submit", "consume", "runs", "schedules"])
def test_every_tab_is_shown(client, published, tab):
    assert client.get(page(published, tab)).status_code == 200


def test_the_snippets_hold_address_and_parameters(client, published):
    text = client.get(page(published, "consume")).content.decode()
    assert f"/api/v1/pipeline-endpoints/{published.endpoint_id}/runs/" in text
    assert "mlops pipeline invoke -n retrain --set share=0.5" in text


def test_disabled_endpoints_are_hidden_until_asked_for(client, published):
    client.post(page(published), {"act": "disable"})
    assert "All endpoints are disabled" in client.get("/pipelines/").content.decode()
    assert "retrain" in client.get("/pipelines/?disabled=yes").content.decode()


def test_another_version_becomes_the_default(client, contributor, published):
    draft = designer.clone_published(contributor, published)
    designer.publish(contributor, draft, endpoint="retrain", make_default=False)
    client.post(page(published), {"act": "set-default", "version": "1"})
    assert PipelineEndpoint.objects.get().default.number == 1


def test_what_was_run_is_published(client, published):
    client.post(page(published), {"act": "submit"})
    run = Run.objects.get()
    assert "share" in client.get(f"/designer/runs/{run.pk}/publish/").content.decode()
    client.post(f"/designer/runs/{run.pk}/publish/", {"endpoint": "other", "default": "on"})
    version = PublishedPipeline.objects.get(endpoint__name="other")
    assert (version.number, version.origin) == (0, f"runs/{run.pk}")


def test_a_published_version_is_cloned_and_opened(client, published):
    answer = client.post(f"/designer/pipelines/{published.endpoint_id}/0/clone/")
    assert answer.headers["Location"].startswith("/designer/")


def made(client, published, **typed) -> Schedule:
    form = {**TYPED, "name": "nightly", "endpoint": str(published.endpoint_id), **typed}
    answer = client.post("/pipelines/schedules/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    return Schedule.objects.get()


def test_a_schedule_is_made_shown_changed_and_deleted(client, published):
    one = made(client, published)
    assert (one.catch_up, one.overlap, one.parameters) == ("skip", "queue", {"share": "0.9"})
    address = f"/pipelines/schedules/{one.pk}/"
    assert "Cron 0 6 * * *, Europe/Berlin" in client.get(address).content.decode()
    assert 'value="0 6 * * *"' in client.get(f"{address}edit/").content.decode()
    client.post(f"{address}edit/", {**TYPED, "expression": "30 7 * * *"})
    one.refresh_from_db()
    assert one.trigger["expression"] == "30 7 * * *"
    assert "30 7" in client.get("/pipelines/schedules/").content.decode()
    client.post(address, {"act": "delete"})
    assert not Schedule.objects.exists()


def test_a_recurrence_keeps_its_days_and_times_in_the_form(client, published):
    typed = {"kind": "recurrence", "frequency": "week", "interval": "2", "hours": "6, 18", "minutes": "30"}
    one = made(client, published, **typed, week_days=["monday", "friday"])
    text = client.get(f"/pipelines/schedules/{one.pk}/edit/").content.decode()
    assert 'value="6, 18"' in text
    assert 'value="friday" checked' in text


def test_a_new_version_is_put_into_the_chosen_parameter(client, published):
    one = made(client, published, kind="dataset", watched="Cars", parameter="source")
    assert one.trigger == {"type": "dataset", "dataset": "Cars", "parameter": "source"}
    assert "waits for data" in client.get("/pipelines/schedules/").content.decode()


def test_a_wrong_expression_is_told_and_nothing_typed_is_lost(client, published):
    form = {**TYPED, "name": "nightly", "endpoint": str(published.endpoint_id), "expression": "0 66 * * *"}
    answer = client.post("/pipelines/schedules/new/", form)
    text = answer.content.decode()
    assert "is no cron expression" in text
    assert 'value="nightly"' in text
    assert not Schedule.objects.exists()


def test_the_preview_shows_ten_fires_and_where_the_clock_changes(client, published):
    query = "?kind=cron&expression=0 6 * * *&time_zone=Europe/Berlin&start_at=2027-03-25T00:00"
    text = client.get(f"/pipelines/schedules/preview/{query}").content.decode()
    assert text.count("<li>") == 10
    assert "UTC+01:00" in text
    assert "UTC+02:00" in text
    assert "the clock changes" in text


def test_the_preview_names_the_nearest_zone(client, published):
    text = client.get("/pipelines/schedules/preview/?kind=cron&expression=0 6 * * *&time_zone=Europe/Berln")
    assert "Europe/Berlin" in text.content.decode()
