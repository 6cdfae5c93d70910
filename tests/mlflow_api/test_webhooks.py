"""MLflow's webhooks by its client: subscriptions of ours, sent as MLflow's receivers expect them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from mlops.accounts.actions import create_token
from mlops.alerts.models import Subscription
from mlops.alerts.subscriptions.handing_out import hand_out_all
from tests.alerts.sink import Sink, running_sink
from tests.alerts.subscriptions.conftest import deliver
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "a secret of any form"


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    settings.ALLOWED_PRIVATE_HOSTS = "127.0.0.0/8"
    with running_sink() as found:
        yield found


@pytest.fixture
def events() -> Any:
    from mlflow.entities.webhook import WebhookEvent

    return lambda *names: [WebhookEvent.from_str(name) for name in names]


ALL = (
    "registered_model.created",
    "model_version.created",
    "model_version_tag.set",
    "model_version_tag.deleted",
    "model_version_alias.created",
    "model_version_alias.deleted",
)


def test_each_event_of_the_registry_arrives_signed_in_mlflows_form(client, project, sink, events):
    client.create_webhook("hook", sink.url, events(*ALL), secret=SECRET)
    client.create_registered_model("prices", tags={"a": "b"}, description="of houses")
    run = client.create_run("0")
    client.log_text(run.info.run_id, "x", "model/MLmodel")
    client.create_model_version("prices", f"runs:/{run.info.run_id}/model", run.info.run_id, description="first")
    client.set_model_version_tag("prices", "1", "team", "blue")
    client.delete_model_version_tag("prices", "1", "team")
    client.set_registered_model_alias("prices", "best", "1")
    client.delete_registered_model_alias("prices", "best")
    deliver()
    told = {f"{body['entity']}.{body['action']}": body for body in (json.loads(call.body) for call in sink.calls)}
    assert set(told) == set(ALL)
    assert {body["workspace"] for body in told.values()} == {project.slug}
    data = {name: body["data"] for name, body in told.items()}
    assert data["registered_model.created"] == {"name": "prices", "tags": {"a": "b"}, "description": "of houses"}
    version = data["model_version.created"]
    assert (version["name"], version["version"], version["run_id"]) == ("prices", "1", run.info.run_id)
    assert (version["source"], version["description"]) == ("models:/prices/1", "first")
    assert data["model_version_tag.set"] == {"name": "prices", "version": "1", "key": "team", "value": "blue"}
    assert data["model_version_tag.deleted"] == {"name": "prices", "version": "1", "key": "team"}
    assert data["model_version_alias.created"] == {"name": "prices", "version": "1", "alias": "best"}
    assert data["model_version_alias.deleted"] == {"name": "prices", "alias": "best"}
    for call in sink.calls:
        signed = f"{call.headers['x-mlflow-delivery-id']}.{call.headers['x-mlflow-timestamp']}.".encode() + call.body
        due = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
        assert call.headers["x-mlflow-signature"] == f"v1,{due}"


def test_without_a_secret_nothing_is_signed_and_only_what_is_wanted_comes(client, sink, events):
    client.create_webhook("hook", sink.url, events("registered_model.created"))
    client.create_registered_model("prices")
    client.set_registered_model_tag("prices", "a", "b")
    deliver()
    assert [json.loads(call.body)["entity"] for call in sink.calls] == ["registered_model"]
    assert "x-mlflow-signature" not in sink.calls[0].headers


def test_a_model_that_comes_with_its_first_version_is_told_once(client, contributor, project, sink, events):
    client.create_webhook("hook", sink.url, events("registered_model.created", "model_version.created"))
    for _version in range(2):
        registered(contributor, project, name="pages")
    deliver()
    told = [json.loads(call.body) for call in sink.calls]
    assert [one["entity"] for one in told] == ["registered_model", "model_version", "model_version"]
    assert told[0]["data"] == {"name": "pages", "tags": {}, "description": None}


def test_a_webhook_is_made_changed_listed_and_deleted(client, sink, events):
    from mlflow.exceptions import MlflowException

    made = client.create_webhook("hook", sink.url, events("model_version.created"), description="mine", secret="s")
    assert (made.name, made.url, made.description, made.secret) == ("hook", sink.url, "mine", None)
    assert made.events == events("model_version.created")
    assert client.get_webhook(made.webhook_id).url == sink.url
    wanted = events("model_version.created", "registered_model.created")
    changed = client.update_webhook(made.webhook_id, name="other", events=wanted, status="DISABLED")
    assert (changed.name, changed.url, changed.description) == ("other", sink.url, "mine")
    assert (changed.events, changed.status.value) == (wanted, "DISABLED")
    assert changed.last_updated_timestamp > made.last_updated_timestamp
    assert client.update_webhook(made.webhook_id, status="ACTIVE").status.value == "ACTIVE"
    assert Subscription.objects.get().name == "other"
    client.delete_webhook(made.webhook_id)
    with pytest.raises(MlflowException, match=r"Webhook with ID .* not found"):
        client.get_webhook(made.webhook_id)
    for act in (client.get_webhook, client.delete_webhook, client.test_webhook, client.update_webhook):
        with pytest.raises(MlflowException, match="Webhook with ID nonexistent not found"):
            act("nonexistent")


def test_webhooks_are_listed_in_pages(client, sink, events):
    for number in range(5):
        client.create_webhook(f"hook{number}", sink.url, events("model_version.created"))
    first = client.list_webhooks(max_results=2)
    second = client.list_webhooks(max_results=2, page_token=first.token)
    last = client.list_webhooks(max_results=2, page_token=second.token)
    assert [one.name for page in (first, second, last) for one in page] == [f"hook{number}" for number in range(5)]
    assert not last.token


def test_a_test_sends_an_example_and_tells_the_answer(client, sink, events):
    made = client.create_webhook("hook", sink.url, events("model_version_alias.created"), secret=SECRET)
    result = client.test_webhook(made.webhook_id)
    assert (result.success, result.response_status, result.response_body) == (True, 200, "thanks")
    body = json.loads(sink.calls[0].body)
    assert (body["entity"], set(body["data"])) == ("model_version_alias", {"name", "alias", "version"})
    sink.answer = lambda call: (500, {}, b"no")
    failed = client.test_webhook(made.webhook_id, event="model_version.created")
    assert (failed.success, failed.response_status) == (False, 500)
    assert not hand_out_all() or deliver() == 0


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("   ", "cannot be empty or just whitespace"),
        ("ftp://example.com", "Invalid webhook URL scheme"),
        ("http://[invalid", "Invalid webhook URL"),
        ("https://10.0.0.1/x", "not a public address"),
        ("http://169.254.169.254/latest/meta-data", "not a public address"),
        ("https://[::ffff:10.0.0.1]/x", "not a public address"),
        ("https://2130706433/x", "not a public address"),
        ("https://user:word@127.0.0.1/x", "user name or a password"),
    ],
)
def test_addresses_that_lead_inside_are_refused(client, sink, events, settings, url, told):
    from mlflow.exceptions import MlflowException

    made = client.create_webhook("hook", sink.url, events("model_version.created"))
    settings.ALLOWED_PRIVATE_HOSTS = ""
    for act in (
        lambda: client.update_webhook(made.webhook_id, url=url),
        lambda: client.create_webhook("b", url, events("model_version.created")),
    ):
        with pytest.raises(MlflowException, match=told):
            act()
    assert not client.test_webhook(made.webhook_id).success  # judged again at each call
    assert sink.calls == []


def test_events_that_are_not_spoken_and_taken_names_are_refused(client, sink, events):
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException, match=r"tells no event 'prompt\.created'"):
        client.create_webhook("hook", sink.url, events("prompt.created"))
    client.create_webhook("hook", sink.url, events("model_version.created"))
    with pytest.raises(MlflowException, match="RESOURCE_ALREADY_EXISTS"):
        client.create_webhook("hook", sink.url, events("model_version.created"))


def test_readers_and_strangers_neither_see_nor_make_webhooks(client, sink, events, call, reader, stranger, contributor):
    made = client.create_webhook("hook", sink.url, events("model_version.created"))
    for person in (reader, stranger):
        by = create_token(person, name="x")
        assert call("GET", f"webhooks/{made.webhook_id}", by=by).status_code == 404
        assert call("POST", f"webhooks/{made.webhook_id}/test", {}, by=by).status_code == 404
        body = {"name": "b", "url": sink.url, "events": [{"entity": "MODEL_VERSION", "action": "CREATED"}]}
        assert call("POST", "webhooks", body, by=by).status_code in (403, 404)
    narrow = create_token(contributor, name="narrow", scopes="read")
    assert call("GET", "webhooks", by=narrow).json()["webhooks"][0]["url"] == sink.url.removesuffix("/hook")
    assert call("DELETE", f"webhooks/{made.webhook_id}", by=narrow).status_code == 403
    assert sink.calls == []
