"""The SDK against a real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlops.client import Client, MLClient, load_component
from mlops.client.sdk.entities import ManagedOnlineEndpoint, Model
from mlops.formats.refusal import Refusal

GOOD = Path(__file__).parents[2] / "azureml" / "good"


@pytest.fixture
def client(live_server: Any, owner: Any, project: Any) -> Client:
    from mlops.accounts.actions import create_token

    return Client(live_server.url, token=create_token(owner, name="tests"), project=project.slug)


def test_a_component_of_a_file_is_registered_and_found(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    made = client.components.create_or_update(load_component(GOOD / "component/10-command.yml"))
    assert (made.name, made.version) == ("prepare_rows", "1.2.0")
    assert client.components.get("prepare_rows").version == "1.2.0"
    assert [one.name for one in client.components.list()] == ["prepare_rows"]
    assert capsys.readouterr().out == ""


def test_an_entity_is_created_with_its_local_files(client: Client) -> None:
    made = client.create_or_update(Model(name="weights", path=str(GOOD / "model/artifact"), tags={"Area": "Churn"}))
    assert made.name == "weights"
    assert [one.name for one in client.models.list(tag="Area=Churn")] == ["weights"]


def test_an_endpoint_is_made_and_deleted(client: Client) -> None:
    client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="churn-live"))
    assert client.online_endpoints.get("churn-live").name == "churn-live"
    assert "primaryKey" in client.online_endpoints.get_keys("churn-live")
    client.online_endpoints.delete("churn-live")
    assert client.online_endpoints.list() == []


def test_what_is_refused_is_raised_with_its_code_and_hint(client: Client) -> None:
    with pytest.raises(Refusal) as refused:
        client.models.get("wieghts")
    assert refused.value.code == "model_unknown"


def test_a_script_for_azure_ml_signs_in_with_a_token(
    client: Client, project: Any, live_server: Any, owner: Any
) -> None:
    from mlops.accounts.actions import create_token

    ml_client = MLClient(create_token(owner, name="other"), "subscription", "group", project.slug, url=live_server.url)
    assert ml_client.jobs.list() == []
