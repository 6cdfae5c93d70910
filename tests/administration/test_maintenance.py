"""Maintenance: nobody but administrators changes anything, reading goes on, runs wait, and all of it is told."""

from __future__ import annotations

import base64
import json

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.access import maintenance as mode
from mlops.accounts.actions import create_token
from mlops.administration import maintenance
from mlops.events.models import Event
from mlops.execution.advance import advance
from mlops.formats.refusal import Refusal
from mlops.runs import step_tokens
from mlops.runs.models import Run, Step

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


@pytest.fixture
def closed(administrator):
    return maintenance.begin(administrator, reason="A larger disk", until="2h")


@pytest.fixture
def run(project, experiment, contributor) -> Run:
    return Run.objects.create(
        project=project, experiment=experiment, number=1, spec={"nodes": [], "edges": []}, display_name="x",
        state_since=timezone.now(), created_by=contributor,
    )  # fmt: skip


def bearer(person: User) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {create_token(person, name='t', scopes='all')}"}


def log_metric(client, run: Run, secret: str):
    body = {"run_id": run.pk.hex, "key": "loss", "value": 1, "timestamp": 1}
    authorization = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    return client.post("/api/2.0/mlflow/runs/log-metric", body, content_type="application/json", **authorization)


def test_changes_by_rest_are_refused_with_the_reason_and_when_to_try_again(client, contributor, project, closed):
    body = {"project": project.slug, "name": "churn"}
    answer = client.post("/api/v1/models/", body, content_type="application/json", **bearer(contributor))
    assert (answer.status_code, answer.json()["code"]) == (503, "maintenance")
    assert "A larger disk" in answer.json()["detail"]
    assert 0 < int(answer.headers["Retry-After"]) <= 3601


def test_changes_on_pages_are_refused_with_a_page(client, contributor, project, closed):
    client.force_login(contributor)
    answer = client.post("/projects/new/", {"name": "Other"})
    assert answer.status_code == 503
    assert "A larger disk" in answer.content.decode()


def test_reading_goes_on_with_a_banner_on_each_page(client, contributor, project, closed):
    client.force_login(contributor)
    answer = client.get(f"/models/?project={project.slug}")
    assert (answer.status_code, 'data-testid="maintenance"' in answer.content.decode()) == (200, True)
    assert client.get("/api/v1/models/").status_code == 200


def test_administrators_may_change_things_by_session_and_by_token(client, administrator, closed):
    authorization = bearer(administrator)
    body = {"name": "Other", "slug": "other"}
    answer = client.post("/api/v1/projects/", body, content_type="application/json", **authorization)
    assert answer.status_code == 201
    client.force_login(administrator)
    assert client.post("/system/maintenance/", {"act": "end"}).status_code == 302
    assert mode.current() is None


@pytest.mark.parametrize(("password", "status"), [("a long passphrase", 201), ("a wrong passphrase", 503)])
def test_administrators_may_change_things_by_their_password(client, closed, password, status):
    authorization = "Basic " + base64.b64encode(f"ada:{password}".encode()).decode()
    body, headers = {"name": "Other", "slug": "other"}, {"Authorization": authorization}
    answer = client.post("/api/v1/projects/", body, content_type="application/json", headers=headers)
    assert answer.status_code == status


def test_the_page_is_shown_on_and_off_and_keeps_what_was_typed_wrongly(client, administrator):
    client.force_login(administrator)
    assert client.get("/system/maintenance/").status_code == 200
    wrong = client.post("/system/maintenance/", {"act": "begin", "reason": "A larger disk", "until": "soon"})
    assert (wrong.status_code, "A larger disk" in wrong.content.decode()) == (400, True)
    client.post("/system/maintenance/", {"act": "begin", "reason": "A larger disk"})
    assert "A larger disk" in client.get("/system/maintenance/").content.decode()


def test_people_can_still_sign_in_and_out(client, contributor, closed):
    answer = client.post("/sign-in/", {"name": "carl", "password": "a long passphrase"})
    assert answer.status_code == 302
    assert client.post("/sign-out/").status_code == 302


def test_mlflow_clients_are_told_in_their_words_by_a_status_that_they_do_not_try_again(
    client, contributor, run, closed
):
    secret = create_token(contributor, name="t", scopes="all")
    answer = log_metric(client, run, secret)
    assert (answer.status_code, answer.json()["error_code"]) == (423, "TEMPORARILY_UNAVAILABLE")
    assert "A larger disk" in answer.json()["message"]
    assert int(answer.headers["Retry-After"]) > 0


def test_mlflow_clients_may_search_though_that_is_a_post(client, contributor, project, experiment, closed):
    body = {"experiment_ids": [experiment.pk.hex]}
    answer = client.post("/api/2.0/mlflow/runs/search", body, content_type="application/json", **bearer(contributor))
    assert answer.status_code == 200


def test_the_code_of_a_running_step_goes_on(client, run, closed):
    Run.objects.filter(pk=run.pk).update(state="running")
    step = Step.objects.create(run=run, node="job", title="x", component="x", version="1", state="running",
                               state_since=timezone.now())  # fmt: skip
    assert log_metric(client, run, step_tokens.issue(step)).status_code == 200


def test_new_runs_wait_and_say_for_what_and_start_afterwards(administrator, run, closed):
    advance(run.pk)
    run.refresh_from_db()
    assert (run.state, "A larger disk" in run.reason) == ("queued", True)
    maintenance.end(administrator)
    advance(run.pk)
    run.refresh_from_db()
    assert run.state != "queued"


def test_begin_and_end_are_audited_with_the_reason(administrator, closed):
    maintenance.begin(administrator, reason="Two larger disks")
    maintenance.end(administrator)
    began, changed, ended = Event.objects.filter(subject="server/maintenance").order_by("seq")
    assert (began.data["reason"], began.actor_name) == ("A larger disk", "ada")
    assert changed.before["reason"] == "A larger disk"
    assert ended.type == "mlops.server.maintenance_ended"


def test_it_needs_an_administrator_a_reason_and_a_moment_to_come(owner, administrator):
    with pytest.raises(Refusal, match="Only an administrator"):
        maintenance.begin(owner, reason="x")
    for reason, until in ((" ", ""), ("x", "yesterday"), ("x", "2020-01-01T00:00")):
        with pytest.raises(Refusal):
            maintenance.begin(administrator, reason=reason, until=until)
    assert mode.current() is None


def test_a_file_that_is_not_ours_leaves_the_server_open(data_dir):
    (data_dir / mode.FILE_NAME).write_text(json.dumps({"reason": 1}))
    assert mode.current() is None
