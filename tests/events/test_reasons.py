"""Why: given by header, command, environment, SDK and page, and asked for where the server's settings say so."""

from __future__ import annotations

import pytest

from mlops.analytics.models import SavedQuery
from mlops.analytics.saved import save
from mlops.client.connection import Connection
from mlops.client.credentials import Credentials
from mlops.client.main import main
from mlops.client.sdk.client import Client
from mlops.events.models import Event

pytestmark = pytest.mark.django_db
DELETED = "mlops.query.deleted"


@pytest.fixture
def query(owner, project, client, settings) -> SavedQuery:
    settings.REASON_REQUIRED = ["mlops.query.del*"]
    client.force_login(owner)
    return save(owner, project, name="all", query="select 1")


def test_an_act_that_needs_a_reason_is_refused_without_one_and_undone(client, query):
    answer = client.delete(f"/api/v1/queries/{query.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_required")
    assert SavedQuery.objects.filter(pk=query.pk).exists()


def test_with_a_reason_it_is_done_and_the_audit_trail_says_why(client, query):
    answer = client.delete(f"/api/v1/queries/{query.pk}/", headers={"X-Reason": "nobody%20uses%20it"})
    assert answer.status_code == 204
    assert Event.objects.get(type=DELETED).reason == "nobody uses it"


def test_a_page_asks_for_it_keeps_the_form_and_goes_on(client, query):
    form = {"act": "delete", "saved": str(query.pk), "project": "churn"}
    asked = client.post("/queries/?project=churn", form)
    assert (asked.status_code, SavedQuery.objects.count()) == (422, 1)
    assert f'name="saved" value="{query.pk}"' in asked.content.decode()
    client.post("/queries/?project=churn", form | {"audit-reason": "nobody uses it"})
    assert Event.objects.get(type=DELETED).reason == "nobody uses it"


def test_commands_the_environment_and_the_sdk_say_why(monkeypatch, capsys):
    monkeypatch.setenv("MLOPS_REASON", "as agreed")
    known = Credentials("http://127.0.0.1:9", "", "test")
    assert Connection(known)._http.headers["X-Reason"] == "as%20agreed"
    assert Client(known.url, reason="über")._connection._http.headers["X-Reason"] == "%C3%BCber"
    with pytest.raises(SystemExit):
        main(["--reason", "model", "model", "--help"])
    assert "mlops model" in capsys.readouterr().out
