"""Class: one small request that costs a lot, or breaks what is behind it (CVE-2024-6838: endless names; CVE-2025-0453:
questions without a limit).

Names, counts, depths and patterns have limits, each with a refusal that the client understands."""

from __future__ import annotations

import base64
import gzip
import json
import time
from typing import Any
from urllib.parse import quote

import pytest

EXPERIMENTS = {"experiment_ids": ["0"]}


@pytest.fixture
def run_id(send) -> str:
    return send("POST", "runs/create", {"experiment_id": "0"}).json()["run"]["info"]["run_id"]


def refused(answer: Any) -> bool:
    return answer.status_code == 400 and answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"


def test_a_pattern_with_many_wildcards_is_answered_at_once(send, run_id):
    send("POST", "runs/set-tag", {"run_id": run_id, "key": "x", "value": "a" * 8_000})
    for sign in ("LIKE", "ILIKE"):
        began = time.monotonic()
        found = send("POST", "runs/search", EXPERIMENTS | {"filter": f"tags.x {sign} '{'%a' * 40}%b'"})
        assert found.status_code == 200
        assert "runs" not in found.json() or found.json()["runs"] == []
        assert time.monotonic() - began < 1


def test_patterns_mean_what_they_say(send, run_id):
    send("POST", "runs/set-tag", {"run_id": run_id, "key": "x", "value": "A[b]*c\\d\nend"})
    for pattern, fits in (
        ("LIKE 'A[b]%'", True), ("LIKE 'a[b]%'", False), ("ILIKE 'a[B]%'", True), ("LIKE '%c\\d%'", True),
        ("LIKE 'A_b_*%end'", True), ("LIKE 'A[b]'", False), ("LIKE '%'", True), ("LIKE 'A?b%'", False),
    ):  # fmt: skip
        found = send("POST", "runs/search", EXPERIMENTS | {"filter": f"tags.x {pattern}"}).json()
        assert bool(found.get("runs")) is fits, pattern


@pytest.mark.parametrize(
    "told",
    [
        {"filter": " AND ".join(["tags.a = 'x'"] * 500)},
        {"filter": "tags.a = '" + "x" * 20_000 + "'"},
        {"filter": "experiment_id LIKE '%'"},
        {"filter": "run_id ILIKE '%'"},
        {"filter": "tags.a = '\ud800'"},
        {"filter": "tags.a = '\x00'"},
        {"order_by": ["metrics.m"] * 500},
        {"order_by": ["a" + " " * 100_000 + "b"]},
        {"order_by": [""]},
        {"order_by": ["created_by__password"]},
        {"order_by": ["attributes.project__slug"]},
        {"page_token": base64.b64encode(b'{"offset": 1e30}').decode()},
        {"page_token": base64.b64encode(b'{"offset": 9223372036854775807}').decode()},
        {"page_token": base64.b64encode(b'{"offset": -1}').decode()},
        {"page_token": "%%%"},
        {"max_results": 10**30},
        {"max_results": -1},
        {"experiment_ids": ["0"] * 30_000},
        {"experiment_ids": [1]},
        {"run_view_type": {"": 1}},
        {"run_view_type": "²"},
    ],
    ids=lambda told: str(told)[:60],
)
def test_a_search_that_asks_too_much_is_refused(send, contributor, told):
    assert refused(send("POST", "runs/search", json.dumps(EXPERIMENTS | told).encode()))


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e18", "-1e18", "99999999999999999999999"])
def test_moments_outside_of_time_find_what_lies_before_or_after(send, run_id, number):
    below = send("POST", "runs/search", EXPERIMENTS | {"filter": f"start_time < {number}"})
    above = send("POST", "runs/search", EXPERIMENTS | {"filter": f"start_time > {number}"})
    assert len(below.json().get("runs", [])) == (0 if number.startswith("-") else 1)
    assert len(above.json().get("runs", [])) == (1 if number.startswith("-") else 0)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b'{"a":' * 100_000, b'{"experiment_id": ' + b"9" * 5_000 + b"}", b'{"run_name": "\\ud800"}',
        b'{"tags": [{"key": "a", "value": "\\u0000"}]}', b'{"tags": [{"key": "\\udfff", "value": "1"}]}', b"\xff", b"{",
        b'"' + b"\\\\" * 100 + b'"', b"[]", b"7",
    ],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
def test_a_body_that_is_no_plain_object_is_refused(send, contributor, body):
    assert refused(send("POST", "runs/create", body))


def test_names_are_not_endless(send, run_id):
    for path, body in (
        ("experiments/create", {"name": "n" * 501}),
        ("experiments/create", {"name": "e", "artifact_location": "s3://b/" + "x" * 5_000}),
        ("runs/set-tag", {"run_id": run_id, "key": "k" * 251, "value": "v"}),
        ("runs/log-parameter", {"run_id": run_id, "key": "k" * 251, "value": "v"}),
        ("runs/log-metric", {"run_id": run_id, "key": "k" * 251, "value": 1, "timestamp": 1}),
        ("registered-models/create", {"name": "m" * 1_000}),
        ("registered-models/create", {"name": "m", "tags": [{"key": "t", "value": "v" * 200_000}]}),
        ("runs/log-model", {"run_id": run_id, "model_json": '"' + "x" * 1_500_000 + '"'}),
        ("runs/outputs", {"run_id": run_id, "models": [{"model_id": "m-1"}] * 5_000}),
        ("runs/log-inputs", {"run_id": run_id, "datasets": [{}] * 2_000}),
        ("runs/log-batch", {"run_id": run_id, "params": [{"key": str(n), "value": "1"} for n in range(101)]}),
        ("logged-models/search", EXPERIMENTS | {"datasets": [{"dataset_name": "d"}] * 500}),
    ):
        answer = send("POST", path, body)
        assert refused(answer), (path, answer.status_code, answer.told[:200])


def test_a_body_beyond_all_measure_is_refused(send, settings, run_id):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    assert refused(send("POST", "runs/set-tag", {"run_id": run_id, "key": "a", "value": "v" * 20_000}))


def test_a_tag_of_nonsense_does_not_stop_older_clients(send, run_id):
    told = json.dumps({"artifact_path": "m", "flavors": {}, "utc_time_created": "now", "run_id": run_id})
    for nonsense in ("nonsense", "7", "[" * 7_000):
        send("POST", "runs/set-tag", {"run_id": run_id, "key": "mlflow.log-model.history", "value": nonsense})
        assert send("POST", "runs/log-model", {"run_id": run_id, "model_json": told}).status_code == 200


def test_a_query_with_signs_that_no_database_keeps_is_refused(send, contributor):
    for path in ("registered-models/get?name=", "experiments/get-by-name?experiment_name=", "artifacts/list?path="):
        assert refused(send("GET", path + quote("a\x00b")))
    many = "&".join(f"a{number}=1" for number in range(5_000))
    assert refused(send("GET", f"registered-models/search?{many}"))


def test_spans_that_swell_are_refused(send, contributor):
    told = {"Content_Encoding": "gzip", "X_MLFLOW_EXPERIMENT_ID": "0", "Content_Type": "application/x-protobuf"}
    assert refused(send("POST", "/v1/traces", gzip.compress(bytes(100 * 2**20), 1), **told))
    assert refused(send("POST", "/v1/traces", b"no gzip", **told))
