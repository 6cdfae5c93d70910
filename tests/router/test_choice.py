"""Which deployment answers, and who may call: pure functions of the routing table."""

from __future__ import annotations

import math
import time
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Credential, DeploymentRoute, EndpointRoute, RoutingTable
from mlops.http.exchange import Request
from mlops.router.choice import choose, sticky_key
from mlops.router.credentials import authenticate
from mlops.router.endpoints import Endpoint, Endpoints


def endpoint(*weights: float, **fields: Any) -> Endpoint:
    return Endpoint(route(*weights, **fields))


def route(*weights: float, **fields: Any) -> EndpointRoute:
    names = ("blue", "green", "red")
    deployments = tuple(
        DeploymentRoute(name=name, backends=(), weight=weight) for name, weight in zip(names, weights, strict=False)
    )
    return EndpointRoute(**{"id": "e1", "name": "prices", "project": "p", "deployments": deployments, **fields})


SHARES = {"blue": 0.70, "green": 0.25, "red": 0.05}


def is_within(count: int, *, of: int, share: float) -> bool:
    """Four standard deviations: one in 16,000."""
    return abs(count - of * share) < 4 * math.sqrt(of * share * (1 - share))


def test_shares_hold_within_sampling_error_over_ten_thousand_requests():
    three = endpoint(70, 25, 5)
    counts = Counter(choose(three).name for _ in range(10_000))
    assert all(is_within(counts[name], of=10_000, share=part) for name, part in SHARES.items()), counts


def test_the_remainder_goes_to_the_default():
    counts = Counter(choose(endpoint(0, 20, default="blue")).name for _ in range(2000))
    assert is_within(counts["blue"], of=2000, share=0.8)


def at(three: Endpoint, keys: int = 10_000) -> dict[int, str]:
    return {n: choose(three, sticky_key=b"user-%d" % n).name for n in range(keys)}


def test_a_sticky_key_always_gets_the_same_deployment_and_keys_spread_by_weight():
    chosen = at(endpoint(70, 25, 5))
    assert chosen == at(endpoint(70, 25, 5, default="red"))
    counts = Counter(chosen.values())
    assert all(is_within(counts[name], of=10_000, share=part) for name, part in SHARES.items()), counts


def test_keys_move_only_to_the_deployment_that_gained_and_as_few_as_needed():
    before, after = at(endpoint(90, 10)), at(endpoint(80, 20))
    moved = {n: after[n] for n in before if before[n] != after[n]}
    assert set(moved.values()) == {"green"}
    assert is_within(len(moved), of=10_000, share=0.1)


def test_through_a_whole_rollout_a_key_moves_once_and_never_back():
    steps = [at(endpoint(100 - share, share), 2000) for share in range(0, 101, 10)]
    for key in range(2000):
        path = [step[key] for step in steps]
        assert path == sorted(path)


def test_when_a_deployment_goes_only_its_own_keys_move():
    before, after = at(endpoint(50, 30, 20)), at(endpoint(62.5, 37.5))
    assert all(before[n] in ("red", after[n]) for n in before)


def asked(query: bytes = b"", **headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(method=b"POST", path="/", query=query, headers=given, peer="")


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        (asked(x_mlops_sticky_key="h", cookie="who=c", query=b"user=q"), b"h"),
        (asked(cookie="a=1; who=c", query=b"x=1&user=q%20"), b"q "),
        (asked(cookie="a=1; who=c"), b"c"),
        (asked(cookie="a=1"), b""),
    ],
)
def test_a_sticky_key_is_found_in_header_query_and_cookie(request_, key):
    assert sticky_key(endpoint(100, sticky_cookie="who", sticky_query="user"), request_) == key


def test_query_and_cookie_count_only_where_the_endpoint_names_them():
    assert sticky_key(endpoint(100), asked(cookie="who=c", query=b"user=q")) == b""


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
    endpoints = Endpoints(RoutingTable(revision=1, endpoints=(route(100),)))
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


def token(text: bytes, **fields: Any) -> Credential:
    return Credential(**{"id": "t1", "name": "shop", "digest": sha256(text).hexdigest(), **fields})


def test_a_token_opens_until_it_expires_and_then_says_when_it_ended():
    now = time.time()
    tokened = endpoint(100, credentials=(token(b"t", expires_at=now + 1),))
    known = authenticate(tokened, authorization=b"Bearer t", api_key=b"", now=now)
    assert known is not None
    assert known.id == "t1"
    with pytest.raises(Refusal) as caught:
        authenticate(tokened, authorization=b"Bearer t", api_key=b"", now=now + 1)
    assert (caught.value.code, caught.value.status) == ("expired_key", 401)
    assert "'shop'" in caught.value.message


def test_a_token_of_one_deployment_goes_there_and_nowhere_else():
    scoped = token(b"t", deployments=("green",))
    assert choose(endpoint(100, 0), credential=scoped).name == "green"
    assert choose(endpoint(100, 0), credential=scoped, wanted=b"green").name == "green"
    with pytest.raises(Refusal) as caught:
        choose(endpoint(100, 0), credential=scoped, wanted=b"blue")
    assert (caught.value.code, caught.value.status) == ("out_of_scope", 403)


def test_a_token_of_two_deployments_shares_between_them():
    scoped = token(b"t", deployments=("green", "red"))
    counts = Counter(choose(endpoint(80, 10, 10), credential=scoped).name for _ in range(2000))
    assert is_within(counts["green"], of=2000, share=0.5)
    assert counts["blue"] == 0
