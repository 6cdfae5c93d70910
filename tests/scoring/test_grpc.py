"""The Open Inference Protocol over gRPC, beside the HTTP of a real server: raw and typed tensors, readiness, faults."""

from __future__ import annotations

import struct
from typing import Any

import grpc
import numpy as np
import pytest

from mlops.scoring.grpc.messages import SERVICE, message
from tests.scoring.collecting.spools import collecting, eventually
from tests.scoring.folders import churn_folder, price_folder
from tests.scoring.running import free_port, scoring


class Caller:
    def __init__(self, port: int) -> None:
        self.address = f"127.0.0.1:{port}"
        self._channel = grpc.insecure_channel(self.address)

    def ask(self, method: str, **fields: Any) -> Any:
        call = self._channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=message(f"{method}Request").SerializeToString,
            response_deserializer=message(f"{method}Response").FromString,
        )
        return call(message(f"{method}Request")(**fields), timeout=10)


@pytest.fixture(scope="module")
def price(tmp_path_factory):
    port = free_port()
    with scoring(price_folder(tmp_path_factory.mktemp("grpc") / "server"), "--grpc-port", str(port)) as http:
        caller = Caller(port)
        caller.http = http
        yield caller


def tensor(name: str, datatype: str, **contents: Any) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [2, 1], **({"contents": contents} if contents else {})}


def test_it_tells_that_it_lives_what_it_serves_and_that_it_is_ready(price):
    assert price.ask("ServerLive").live
    assert price.ask("ServerReady").ready
    assert price.ask("ModelReady", name="prices").ready
    assert price.ask("ServerMetadata").name == "mlops-studio"
    told = price.ask("ModelMetadata", name="prices", version="3")
    assert ("weight", "FP64", [-1, 1]) in [(one.name, one.datatype, list(one.shape)) for one in told.inputs]


def test_typed_tensors_are_scored_and_counted(price):
    inputs = [
        tensor("horsepower", "INT64", int64_contents=[100, 50]),
        tensor("weight", "FP32", fp32_contents=[2000, 10.5]),
    ]
    answer = price.ask("ModelInfer", model_name="prices", id="a", inputs=inputs)
    assert (answer.id, answer.model_version, answer.outputs[0].name) == ("a", "3", "Scored Labels")
    assert struct.unpack("<2d", answer.raw_output_contents[0]) == (14000.0, 5021.0)
    assert "mlops_scoring_requests_total" in price.http.get("/metrics").text


def test_raw_tensors_are_scored(price):
    inputs = [tensor("horsepower", "INT32"), tensor("weight", "FP64")]
    raw = [struct.pack("<2i", 100, 50), struct.pack("<2d", 2000, 10.5)]
    answer = price.ask("ModelInfer", model_name="prices", inputs=inputs, raw_input_contents=raw)
    assert struct.unpack("<2d", answer.raw_output_contents[0]) == (14000.0, 5021.0)


def test_tritons_own_client_is_answered(price):
    from tritonclient.grpc import InferenceServerClient, InferInput

    inputs = []
    for name, array in (("horsepower", np.array([[100]])), ("weight", np.array([[2000.0]]))):
        inputs.append(InferInput(name, [1, 1], "INT64" if array.dtype.kind == "i" else "FP64"))
        inputs[-1].set_data_from_numpy(array)
    client = InferenceServerClient(price.address)
    assert client.is_model_ready("prices")
    assert client.infer("prices", inputs).as_numpy("Scored Labels").tolist() == [[14000.0]]


def test_texts_go_out_with_their_lengths(tmp_path):
    port = free_port()
    with scoring(churn_folder(tmp_path / "server", model="churn:1"), "--grpc-port", str(port)):
        inputs = [tensor("calls", "INT64", int64_contents=[5, -5])]
        outputs = [{"name": "Scored Labels"}]
        answer = Caller(port).ask("ModelInfer", model_name="churn", inputs=inputs, outputs=outputs)
    assert answer.raw_output_contents[0] == b"\x03\0\0\0yes\x02\0\0\0no"


@pytest.mark.parametrize(
    ("fields", "code", "word"),
    [
        ({"model_name": "other"}, grpc.StatusCode.NOT_FOUND, "no model 'other'"),
        ({"model_name": "prices", "model_version": "9"}, grpc.StatusCode.NOT_FOUND, "'prices:9'"),
        ({"model_name": "prices"}, grpc.StatusCode.INVALID_ARGUMENT, "same number"),
        ({"inputs": [tensor("weight", "BF16")]}, grpc.StatusCode.INVALID_ARGUMENT, "BF16"),
        ({"inputs": [tensor("weight", "FP32", fp32_contents=[1, 2])]}, grpc.StatusCode.INVALID_ARGUMENT, "horsepower"),
        ({"raw_input_contents": [b"a"]}, grpc.StatusCode.INVALID_ARGUMENT, "1 raw_input_contents for 0 inputs"),
    ],
)
def test_a_fault_has_a_code_and_words(price, fields, code, word):
    with pytest.raises(grpc.RpcError) as caught:
        price.ask("ModelInfer", **{"model_name": "prices", **fields})
    assert caught.value.code() == code
    assert word in caught.value.details()


def test_a_port_that_is_taken_is_told(tmp_path, price):
    from subprocess import PIPE, Popen
    from sys import executable

    words = ["--folder", str(price_folder(tmp_path / "server")), "--port", str(free_port())]
    taken = str(price.http.base_url.port)
    with Popen([executable, "-m", "mlops.scoring", *words, "--grpc-port", taken], stderr=PIPE, text=True) as started:
        _, errors = started.communicate(timeout=30)
    assert started.returncode == 3
    assert "cannot listen" in errors


def test_what_is_asked_over_grpc_is_kept_and_its_caller_told(tmp_path):
    port = free_port()
    folder = price_folder(tmp_path / "price", collection=collecting(tmp_path / "spool"))
    with scoring(folder, "--grpc-port", str(port)):
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        call = channel.unary_unary(
            f"/{SERVICE}/ModelInfer",
            request_serializer=message("ModelInferRequest").SerializeToString,
            response_deserializer=message("ModelInferResponse").FromString,
        )
        inputs = [
            tensor("horsepower", "INT64", int64_contents=[100, 1]),
            tensor("weight", "FP64", fp64_contents=[2000.0, 1.0]),
        ]
        asked = message("ModelInferRequest")(model_name="prices", inputs=inputs)
        _answer, told = call.with_call(asked, timeout=10, metadata=(("x-request-id", "r-7"),))
        assert ("x-mlops-collected", "1") in [tuple(one) for one in told.initial_metadata()]
        (record,) = eventually(tmp_path / "spool", 1)
    assert (record.request_id, record.parts["inputs"]["horsepower"]) == ("r-7", [100, 1])
