"""From a registered model to a prediction through router and scoring server, with real processes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mlops.deployments import actions, consuming, queries, tasks
from mlops.deployments.counting import ask_router, take_over
from mlops.deployments.invoking import invoke
from mlops.deployments.models import Deployment, DeploymentState, Endpoint
from mlops.deployments.targets import target
from mlops.packaging.models import Conversion, ConversionState
from mlops.packaging.tasks import convert
from tests.deployments.conftest import eventually
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)

ROW = {"power": 100, "weight": 1200.0, "make": "audi"}
BODY = b'{"data": [{"power": 100, "weight": 1200.0, "make": "audi"}]}'
SCRIPT = """
import json, os
def init():
    print("ready to add")
def run(data):
    return {"sum": sum(json.loads(data)["data"]), "files": sorted(os.listdir(os.environ["AZUREML_MODEL_DIR"]))[:1]}
"""


def deployed(actor: Any, endpoint: Endpoint, **fields: Any) -> Deployment:
    """Made, converted where it must be, and waited for, as the worker does it."""
    deployment = actions.create_deployment(actor, endpoint, **{"name": "blue", "entry": "onnx", **fields})
    if deployment.conversion_id:
        convert(str(deployment.conversion_id))
    return settled(deployment)


def settled(deployment: Deployment) -> Deployment:
    tasks.apply(str(deployment.pk))

    def is_settled() -> bool:
        tasks.observe()
        deployment.refresh_from_db()
        return deployment.state != DeploymentState.TRANSITIONING

    eventually(is_settled)
    return deployment


def score(endpoint: Endpoint, body: bytes = BODY, **headers: str) -> httpx.Response:
    keys = actions.credentials(endpoint.created_by, endpoint)
    return httpx.post(
        queries.scoring_uri(endpoint), content=body, headers={"Authorization": f"Bearer {keys.primary}", **headers}
    )


@pytest.fixture
def endpoint(contributor, project) -> Endpoint:
    return actions.create_endpoint(contributor, project, name="prices")


def test_a_model_as_onnx_answers_like_the_original_and_is_counted(plane, contributor, project, endpoint):
    version = registered(contributor, project)
    onnx = deployed(contributor, endpoint, version=version)
    assert (onnx.state, onnx.reason) == ("healthy", "")
    eventually(lambda: score(endpoint).status_code == 200)
    described = consuming.openapi(contributor, endpoint)
    assert "/score" in str(list(described["paths"]))
    first = score(endpoint).json()
    native = deployed(contributor, endpoint, name="green", version=version, entry="native")
    assert (native.state, native.reason) == ("healthy", "")
    eventually(lambda: score(endpoint, **{"azureml-model-deployment": "green"}).status_code == 200)
    second = score(endpoint, **{"azureml-model-deployment": "green"}).json()
    prices = [answer["predictions"][0]["Scored Labels"] for answer in (first, second)]
    assert prices[0] == pytest.approx(prices[1], rel=1e-4)
    stats = ask_router()
    assert stats is not None
    assert take_over(stats) + take_over(stats) >= 1
    assert queries.traffic_summary(endpoint).requests >= 4
    assert queries.traffic_summary(endpoint).p50 is not None


def test_a_script_of_ones_own_answers_and_its_log_is_shown(plane, contributor, project, endpoint):
    deployment = deployed(
        contributor, endpoint, version=registered(contributor, project), entry="script", script=SCRIPT
    )
    assert (deployment.state, deployment.reason) == ("healthy", "")
    eventually(lambda: score(endpoint, b'{"data": [1, 2]}').status_code == 200)
    invoked = invoke(contributor, endpoint, body=b'{"data": [1, 2]}')
    assert (invoked.status, invoked.answer["sum"]) == (200, 3)
    assert "ready to add" in "\n".join(target("process").logs(deployment, lines=50))


def test_a_script_that_fails_at_its_start_ends_failed_with_the_reason(plane, contributor, project, endpoint):
    script = "def init():\n    raise ValueError('no such weights')\ndef run(data):\n    return 1\n"
    version = registered(contributor, project)
    deployment = deployed(contributor, endpoint, version=version, entry="script", script=script)
    assert deployment.state == "failed"
    assert "no such weights" in deployment.reason
    assert deployment.hint


def test_an_update_goes_on_serving_and_a_failed_one_keeps_the_old_revision(plane, contributor, project, endpoint):
    version = registered(contributor, project)
    deployment = deployed(contributor, endpoint, version=version, entry="script", script=SCRIPT)
    eventually(lambda: score(endpoint, b'{"data": [1]}').status_code == 200)
    doubled = SCRIPT.replace("sum(json", "2 * sum(json")
    settled(actions.update_deployment(contributor, deployment, script=doubled))
    eventually(lambda: score(endpoint, b'{"data": [1]}').json().get("sum") == 2)
    broken = settled(actions.update_deployment(contributor, deployment, script=SCRIPT.replace("print", "no_print")))
    assert (broken.state, broken.ready_revision) == ("failed", 2)
    assert "Revision 2 goes on serving" in broken.reason
    assert score(endpoint, b'{"data": [1]}').json()["sum"] == 2


def test_a_new_key_shuts_the_old_one_out_and_deleting_stops_the_server(plane, contributor, project, endpoint):
    deployed(contributor, endpoint, version=registered(contributor, project), entry="script", script=SCRIPT)
    eventually(lambda: score(endpoint, b'{"data": [1]}').status_code == 200)
    old = actions.credentials(contributor, endpoint).primary
    actions.regenerate_key(contributor, endpoint, which="primary")
    tasks.route()
    headers = {"api-key": old}
    uri = queries.scoring_uri(endpoint)
    eventually(lambda: httpx.post(uri, content=b"{}", headers=headers).status_code == 401)
    actions.delete_endpoint(contributor, endpoint)
    tasks.tidy()
    eventually(lambda: not target("process").observe())
    tasks.tidy()
    assert not [folder for folder in (plane / "serving").iterdir() if not folder.name.startswith(".")]


def test_where_no_entry_is_chosen_a_model_without_onnx_form_is_served_as_it_is(plane, contributor, project, endpoint):
    version = registered(contributor, project)
    deployment = actions.create_deployment(contributor, endpoint, name="blue", version=version)
    assert deployment.entry == "onnx"
    refused = {"state": ConversionState.REFUSED, "reason": "Its scores differ."}
    Conversion.objects.filter(pk=deployment.conversion_id).update(**refused)
    settled(deployment)
    assert (deployment.entry, deployment.state) == ("native", "healthy")
    later = actions.create_deployment(contributor, endpoint, name="green", version=version)
    assert (later.entry, later.conversion.reason) == ("native", "Its scores differ.")
