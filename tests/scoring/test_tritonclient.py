"""Triton's own HTTP client against the v2 face: straight, and through the router with a key."""

from __future__ import annotations

import json
from hashlib import sha256

import httpx
import numpy as np
import pytest
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from mlops.formats.serving import Backend, DeploymentRoute, EndpointRoute
from tests.router.test_router import router, write_table
from tests.scoring.folders import CHURN, churn_folder, price_folder
from tests.scoring.running import scoring


def key() -> dict[str, str]:
    """Made anew for each call: the client adds to it."""
    return {"Authorization": "Bearer key"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of an endpoint at a router."""
    folder = tmp_path_factory.mktemp("triton")
    with scoring(price_folder(folder / "server")) as server:
        blue = DeploymentRoute(name="blue", backends=(Backend(url=str(server.base_url)),), weight=100)
        digests = (sha256(b"key").hexdigest(),)
        route = EndpointRoute(id="e", name="prices", project="p", deployments=(blue,), key_digests=digests)
        write_table(folder / "routing.json", route)
        with router(folder / "routing.json") as (front, _):
            yield f"{front.base_url.host}:{front.base_url.port}/endpoints/p/prices"


@pytest.fixture
def client(address):
    return InferenceServerClient(address)


def columns(**values: np.ndarray) -> list[InferInput]:
    kinds = {"i": "INT64", "f": "FP32", "O": "BYTES", "b": "BOOL"}
    inputs = []
    for name, array in values.items():
        shaped = array.reshape(-1, 1)
        one = InferInput(name, list(shaped.shape), kinds[shaped.dtype.kind])
        one.set_data_from_numpy(shaped)
        inputs.append(one)
    return inputs


CARS = {"horsepower": np.array([100, 50]), "weight": np.array([2000.0, 10.5], dtype=np.float32)}


def test_it_is_live_and_ready_and_tells_its_columns(client):
    assert client.is_server_live(headers=key())
    assert client.is_server_ready(headers=key())
    assert client.is_model_ready("prices", headers=key())
    assert "binary_tensor_data" in client.get_server_metadata(headers=key())["extensions"]
    told = client.get_model_metadata("prices", headers=key())
    assert {"name": "weight", "datatype": "FP64", "shape": [-1, 1]} in told["inputs"]


def test_binary_tensors_go_in_and_come_out(client):
    answer = client.infer("prices", columns(**CARS), headers=key(), request_id="r1")
    assert answer.get_response()["id"] == "r1"
    assert answer.get_output("Scored Labels")["parameters"]["binary_data_size"] == 16
    assert answer.as_numpy("Scored Labels").ravel().tolist() == [14000.0, 5021.0]


def test_an_output_is_json_where_that_is_asked_for(client):
    outputs = [InferRequestedOutput("Scored Labels", binary_data=False)]
    answer = client.infer("prices", columns(**CARS), outputs=outputs, headers=key())
    assert answer.get_output("Scored Labels")["data"] == [14000.0, 5021.0]


def test_texts_and_truths_go_in_as_bytes(client):
    more = {"turbo": np.array([True, False]), "make": np.array(["bmw", "volvo"], dtype=object)}
    answer = client.infer("prices", columns(**CARS, **more), headers=key())
    assert answer.as_numpy("Scored Labels").shape == (2, 1)


def test_texts_come_out(tmp_path):
    with scoring(churn_folder(tmp_path / "server", model="churn:1", signature=CHURN)) as server:
        straight = InferenceServerClient(f"{server.base_url.host}:{server.base_url.port}")
        answer = straight.infer("churn", columns(calls=np.array([5, -5])))
        assert answer.as_numpy("Scored Labels").ravel().tolist() == [b"yes", b"no"]


def test_a_wrong_tensor_is_refused_in_words(client):
    with pytest.raises(InferenceServerException, match="no input column 'weigth'"):
        client.infer("prices", columns(horsepower=CARS["horsepower"], weigth=CARS["weight"]), headers=key())
    with pytest.raises(InferenceServerException, match="needs a key"):
        client.infer("prices", columns(**CARS))


def tensor(size: int) -> bytes:
    told = {"name": "weight", "datatype": "FP32", "shape": [1], "parameters": {"binary_data_size": size}}
    return json.dumps({"inputs": [told]}).encode()


@pytest.mark.parametrize(
    ("told", "rest", "length", "word"),
    [
        (b"{}", b"", b"9999", "9999"),
        (b"{}", b"", b"x", "'x'"),
        (b"{}", b"abc", b"", "belong to no tensor"),
        (tensor(8), b"ab", b"", "2 are left"),
        (tensor(3), b"abc", b"", "no whole number of FP32"),
        (tensor(-1), b"", b"", "binary_data_size -1"),
    ],
)
def test_a_broken_binary_body_is_400(address, told, rest, length, word):
    headers = {**key(), "inference-header-content-length": (length or b"%d" % len(told)).decode()}
    answer = httpx.post(f"http://{address}/v2/models/prices/infer", content=told + rest, headers=headers)
    assert answer.status_code == 400
    assert word in answer.json()["error"]
