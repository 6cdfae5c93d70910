"""Which deployment answers, and who may call: pure functions of the routing table."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any

import pytest

from mlops.formats.refusal import Refusal
from mlops.formats.serving import DeploymentRoute, EndpointRoute, RoutingTable
from mlops.router.choice import Endpoints, authenticate, choose


def endpoint(*weights: float, **fields: Any) -> EndpointRoute:
    names = ("blue", "green", "red")
    deployments = tuple(
        DeploymentRoute(name=name, backends=(), weight=weight) for name, weight in zip(names, weights, strict=False)
    )
    return EndpointRoute(**{"id": "e1", "name": "prices", "project": "p", "deployments": deployments, **fields})


def test_weights_share_the_traffic():
    counts = Counter(choose(endpoint(90, 10)).name for _ in range(4000))
    assert 300 < counts["green"] < 500
    assert counts["blue"] + counts["green"] == 4000


def test_the_remainder_goes_to_the_default():
    counts = Counter(choose(endpoint(0, 20, default="blue")).name for _ in range(2000))
    assert 1450 < counts["blue"] < 1750


def test_a_sticky_key_always_gets_the_same_deployment_and_keys_spread_by_weight():
    route = endpoint(70, 30)
    chosen = {n: choose(route, sticky_key=b"%d" % n).name for n in range(2000)}
    assert chosen == {n: choose(route, sticky_key=b"%d" % n).name for n in range(2000)}
    assert 500 < Counter(chosen.values())["green"] < 700


def test_a_named_deployment_is_taken_whatever_its_weight():
    assert choose(endpoint(100, 0), wanted=b"green").name == "green"


def test_an_unknown_deployment_is_404_with_the_known_ones():
    with pytest.raises(Refusal) as caught:
        choose(endpoint(100, 0), wanted=b"gren")
    assert caught.value.status == 404
    assert caught.value.hint == "Did you mean 'green'? Its deployments are: blue, green."


def test_no_traffic_anywhere_is_503():
    with pytest.raises(Refusal) as caught:
        choose(endpoint(0, 0))
    assert (caught.value.code, caught.value.status) == ("no_traffic", 503)


def test_an_unknown_endpoint_is_404_with_the_nearest_of_its_project():
    endpoints = Endpoints(RoutingTable(revision=1, endpoints=(endpoint(100),)))
    with pytest.raises(Refusal) as caught:
        endpoints.find("p", "price")
    assert (caught.value.status, caught.value.hint) == (404, "Did you mean 'prices'?")


KEYED = endpoint(100, key_digests=("0" * 64, sha256(b"right").hexdigest()))


@pytest.mark.parametrize(
    ("authorization", "api_key"), [(b"Bearer right", b""), (b"bearer  right", b""), (b"", b"right")]
)
def test_a_key_opens_the_endpoint(authorization, api_key):
    authenticate(KEYED, authorization=authorization, api_key=api_key)


@pytest.mark.parametrize(
    ("authorization", "api_key", "code"),
    [
        (b"", b"", "no_key"),
        (b"Bearer wrong", b"", "wrong_key"),
        (b"", b"wrong", "wrong_key"),
        (b"Basic right", b"", "no_key"),
    ],
)
def test_no_key_or_a_wrong_one_is_401(authorization, api_key, code):
    with pytest.raises(Refusal) as caught:
        authenticate(KEYED, authorization=authorization, api_key=api_key)
    assert (caught.value.code, caught.value.status) == (code, 401)


def test_without_keys_nobody_may_call_unless_keys_are_off():
    with pytest.raises(Refusal):
        authenticate(endpoint(100), authorization=b"Bearer x", api_key=b"")
    authenticate(endpoint(100, auth_enabled=False), authorization=b"", api_key=b"")
