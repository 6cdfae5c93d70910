"""A real server process whose script takes raw requests: bytes, headers, query, status, its own CORS."""

from __future__ import annotations

import pytest

from tests.scoring.folders import script_folder
from tests.scoring.running import scoring

SCRIPT = """
import json
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse

def init(): ...

@rawhttp
def run(request):
    assert isinstance(request, AMLRequest)
    if request.method == "OPTIONS":
        answer = AMLResponse("", 204)
        answer.headers["Access-Control-Allow-Origin"] = "https://own.example"
        return answer
    if request.method == "GET":
        return AMLResponse(str.encode(request.full_path), 200)
    if request.method == "DELETE":
        return {"deleted": request.args["id"]}
    if "image" in request.files:
        image = request.files["image"]
        return AMLResponse({"size": len(image.read()), "name": image.filename, "note": request.form["note"]}, 201)
    if request.headers.get("x-fail"):
        return AMLResponse(json.dumps({"why": "asked"}), 418)
    if request.is_json:
        return AMLResponse({"sum": sum(request.get_json()["data"])}, 200, json_str=True)
    return AMLResponse(request.get_data()[::-1], 200)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with scoring(script_folder(tmp_path_factory.mktemp("raw"), SCRIPT)) as client:
        yield client


def test_bytes_go_in_and_come_out(served):
    answer = served.post("/score", content=b"\x00\xff\x01", headers={"content-type": "image/x-own"})
    assert (answer.content, answer.headers["content-type"]) == (b"\x01\xff\x00", "application/octet-stream")


def test_method_and_query_reach_the_script(served):
    assert served.get("/score?a=1&b=%20").text == "/score?a=1&b=%20"
    assert served.delete("/score?id=7").json() == {"deleted": "7"}


def test_a_form_with_a_file_is_read(served):
    answer = served.post("/score", files={"image": ("a.png", b"\x89PNG", "image/png")}, data={"note": "grüezi"})
    assert (answer.status_code, answer.json()) == (201, {"size": 4, "name": "a.png", "note": "grüezi"})


def test_status_and_json_are_the_scripts(served):
    refused = served.post("/score", content=b"x", headers={"x-fail": "1"})
    assert (refused.status_code, refused.json()) == (418, {"why": "asked"})
    assert served.post("/score", json={"data": [1, 2]}).json() == {"sum": 3}


def test_a_broken_json_body_is_a_problem_and_no_crash(served):
    answer = served.post("/score", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "broken_json")


def test_the_script_answers_options_itself(served):
    answer = served.options("/score", headers={"origin": "https://shop.example"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "https://own.example")


def test_with_origins_configured_the_server_answers_preflights(tmp_path):
    folder = script_folder(tmp_path, SCRIPT, cors_origins=("https://shop.example",))
    with scoring(folder) as client:
        asked = {"origin": "https://shop.example", "access-control-request-method": "PUT"}
        preflight = client.options("/score", headers=asked)
        assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
        assert "PUT" in preflight.headers["access-control-allow-methods"]
        answer = client.post("/score", content=b"x", headers={"origin": "https://shop.example"})
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_swagger_says_that_any_body_is_taken(served):
    operation = served.get("/swagger.json").json()["paths"]["/score"]["post"]
    assert list(operation["requestBody"]["content"]) == ["*/*"]


def test_our_own_names_do_the_same(tmp_path):
    source = """
from mlops.scoring.raw import Response, rawhttp
@rawhttp
def run(request):
    return Response(request.data.upper(), headers={"X-Seen": request.method}, content_type="text/plain")
"""
    with scoring(script_folder(tmp_path, source)) as client:
        answer = client.put("/score", content=b"abc")
    assert (answer.text, answer.headers["x-seen"], answer.headers["content-type"]) == ("ABC", "PUT", "text/plain")
