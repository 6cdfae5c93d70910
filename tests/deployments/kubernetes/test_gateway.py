"""An endpoint's HTTPRoute: shares, the header that names a deployment, shadow traffic."""

from __future__ import annotations

from mlops.deployments.targets.kubernetes.gateway import http_route
from mlops.deployments.targets.kubernetes.wanted import Mirror
from tests.deployments.kubernetes.examples import route


def test_traffic_is_shared_out_by_weight():
    shared = http_route(route())["spec"]["rules"][-1]
    assert [(one["name"], one["weight"]) for one in shared["backendRefs"]] == [
        ("prices-blue", 90),
        ("prices-green", 10),
    ]
    assert shared["matches"] == [{"path": {"type": "PathPrefix", "value": "/endpoints/house-prices/Prices"}}]


def test_a_caller_who_names_a_deployment_gets_it():
    first = http_route(route())["spec"]["rules"][0]
    header = first["matches"][0]["headers"][0]
    assert (header["name"], header["value"]) == ("azureml-model-deployment", "blue")
    assert [one["name"] for one in first["backendRefs"]] == ["prices-blue"]


def test_shadow_traffic_is_mirrored_and_never_answered():
    shared = http_route(route(mirrors=(Mirror(deployment="green", percent=20),)))["spec"]["rules"][-1]
    mirror = next(one["requestMirror"] for one in shared["filters"] if one["type"] == "RequestMirror")
    assert mirror == {"backendRef": {"name": "prices-green", "port": 80}, "percent": 20}


def test_the_prefix_is_taken_off_and_the_time_is_limited():
    rule = http_route(route(timeout_seconds=2.5))["spec"]["rules"][-1]
    assert rule["filters"][0]["urlRewrite"]["path"]["replacePrefixMatch"] == "/"
    assert rule["timeouts"] == {"request": "2500ms"}
