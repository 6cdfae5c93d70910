"""A real router process before real backends: forwarding, keys, CORS, faults, new tables, counts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from mlops.formats.serving import Backend, DeploymentRoute, EndpointRoute, RouterStats, RoutingTable
from tests.scoring.running import answers, free_port, process, wait_for

KEY = {"authorization": "Bearer right"}


def deployment(name: str, *ports: int, **fields: Any) -> DeploymentRoute:
    backends = tuple(Backend(url=f"http://127.0.0.1:{port}") for port in ports)
    return DeploymentRoute(
        **{"name": name, "backends": backends, "timeout_seconds": 1.0, "wait_seconds": 0.2, **fields}
    )


def endpoint(*deployments: DeploymentRoute, **fields: Any) -> EndpointRoute:
    defaults = {"id": "e1", "name": "prices", "project": "p", "default": "blue"}
    keys = (sha256(b"right").hexdigest(),)
    return EndpointRoute(**{**defaults, "deployments": deployments, "key_digests": keys, **fields})


def write_table(path: Path, *endpoints: EndpointRoute, revision: int = 1) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(RoutingTable(revision=revision, endpoints=endpoints)))
    os.replace(part, path)


@contextmanager
def backends(*names: str) -> Iterator[list[int]]:
    with ExitStack() as stack:
        ports = [free_port() for _ in names]
        for port, name in zip(ports, names, strict=True):
            stack.enter_context(process("tests.router.backend", str(port), name))
        for port in ports:
            wait_for(lambda port=port: answers(f"http://127.0.0.1:{port}", "/"))
        yield ports


@contextmanager
def router(table: Path, *arguments: str) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with process("mlops.router", "--table", table, "--port", str(port), *arguments) as running:
        wait_for(lambda: answers(url, "/healthz"))
        with httpx.Client(base_url=url, headers=KEY, timeout=10) as client:
            yield client, running


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    folder = tmp_path_factory.mktemp("router")
    with backends("one", "two", "three") as (one, two, three):
        dead = free_port()
        deployments = (
            deployment("blue", one, two, weight=100),
            deployment("green", three),
            deployment("half", dead, three),
            deployment("dead", dead),
            deployment("none"),
        )
        origins = ("https://shop.example",)
        write_table(folder / "routing.json", endpoint(*deployments, cors_origins=origins))
        with router(folder / "routing.json", "--body-bytes", "1000000") as (client, _):
            yield client


def ask(
    front: httpx.Client, path: str = "/score", *, to: str = "", method: str = "POST", **more: Any
) -> httpx.Response:
    headers = {**more.pop("headers", {}), **({"azureml-model-deployment": to} if to else {})}
    return front.request(method, f"/endpoints/p/prices{path}", headers=headers, **more)


def test_a_request_arrives_whole_and_without_the_key(front):
    answer = ask(front, "/score?a=1&b=%20", content=b"x" * 1000, headers={"x-request-id": "r-7", "api-key": "k"})
    told = answer.json()
    assert (told["method"], told["path"], told["size"]) == ("POST", "/score?a=1&b=%20", 1000)
    assert told["headers"]["x-request-id"] == answer.headers["x-request-id"] == "r-7"
    assert not {"authorization", "api-key"} & told["headers"].keys()
    assert answer.headers["azureml-model-deployment"] == "blue"


def test_a_request_id_is_made_where_the_caller_gave_none(front):
    assert len(ask(front).headers["x-request-id"]) == 32


def test_the_servers_of_a_deployment_take_turns(front):
    names = [ask(front).json()["name"] for _ in range(4)]
    assert sorted(names) == ["one", "one", "two", "two"]


def test_a_chunked_body_is_forwarded_whole(front):
    assert ask(front, content=iter([b"ab", b"cd" * 5000, b"e"])).json()["size"] == 10003


def test_chunked_and_unbounded_answers_are_returned_whole(front):
    for _ in range(2):
        assert ask(front, "/chunked", method="GET").text == "hello world"
        assert ask(front, "/until-close", method="GET").text == "all of it"


def test_head_has_the_length_and_no_body(front):
    answer = ask(front, "/readyz", method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0
    assert ask(front, "/readyz", method="GET").json()["method"] == "GET"


def test_a_wrong_key_is_401_with_a_hint(front):
    answer = httpx.post(f"{front.base_url}/endpoints/p/prices/score", headers={"api-key": "wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_key")
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_deployment_is_404_with_the_known_ones(front):
    answer = ask(front, to="gren")
    assert answer.status_code == 404
    assert "green" in answer.json()["hint"]


def test_a_dead_server_is_passed_over(front):
    assert [ask(front, to="half").json()["name"] for _ in range(4)] == ["three"] * 4


@pytest.mark.parametrize("name", ["dead", "none"])
def test_a_deployment_without_a_live_server_is_503(front, name):
    answer = ask(front, to=name)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "no_backend", "1")


def test_a_slow_server_is_504(front):
    began = time.monotonic()
    assert ask(front, "/sleep?s=3", to="green").status_code == 504
    assert time.monotonic() - began < 2


def test_a_server_that_hangs_up_is_502_or_503(front):
    assert ask(front, "/drop", to="green").status_code in (502, 503)
    assert ask(front, to="green").status_code == 200


def test_the_router_answers_preflights_itself(front):
    asking = {"origin": "https://shop.example", "access-control-request-headers": "authorization,x-y"}
    answer = httpx.options(f"{front.base_url}/endpoints/p/prices/score", headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-headers"] == "authorization,x-y"
    stranger = httpx.options(f"{front.base_url}/endpoints/p/prices/score", headers={"origin": "https://x"})
    assert "access-control-allow-origin" not in stranger.headers


def test_an_answer_carries_the_callers_origin_once(front):
    answer = ask(front, headers={"origin": "https://shop.example"})
    assert answer.headers.get_list("access-control-allow-origin") == ["https://shop.example"]
    assert "access-control-allow-origin" not in ask(front, headers={"origin": "https://x"}).headers


def test_without_origins_a_scripts_own_cors_headers_pass(tmp_path):
    with backends("one") as (port,):
        write_table(tmp_path / "table.json", endpoint(deployment("blue", port, weight=100)))
        with router(tmp_path / "table.json") as (client, _running):
            wait_for(lambda: ask(client).status_code == 200)
            answer = client.put("/endpoints/p/prices/score", headers={"origin": "https://x"})
    assert (answer.json()["method"], answer.headers["access-control-allow-origin"]) == ("PUT", "*")


def raw(front: httpx.Client, *messages: bytes) -> bytes:
    received = b""
    with socket.create_connection((front.base_url.host, front.base_url.port), timeout=5) as connection:
        for message in messages:
            connection.sendall(message)
            time.sleep(0.05)
        while part := connection.recv(65536):
            received += part
    return received


HEAD = b"POST /endpoints/p/prices/%b HTTP/1.1\r\nhost: x\r\nauthorization: Bearer right\r\n"


def test_pipelined_requests_are_answered_in_order(front):
    slow = HEAD % b"sleep?s=0.3" + b"content-length: 2\r\n\r\nab"
    quick = HEAD % b"score" + b"content-length: 1\r\n\r\na"
    last = HEAD % b"score" + b"connection: close\r\ncontent-length: 3\r\n\r\nabc"
    received = raw(front, slow + quick * 20 + last)
    sizes = [int(part.split(b"}")[0]) for part in received.split(b'"size": ')[1:]]
    assert sizes == [2] + [1] * 20 + [3]


def test_a_head_may_arrive_in_pieces(front):
    whole = HEAD % b"score" + b"connection: close\r\ncontent-length: 3\r\n\r\nabc"
    assert b'"size": 3' in raw(front, whole[:20], whole[20:60], whole[60:-2], whole[-2:])


def test_expect_continue_is_answered_before_the_body(front):
    head = HEAD % b"score" + b"expect: 100-continue\r\nconnection: close\r\ncontent-length: 3\r\n\r\n"
    received = raw(front, head, b"abc")
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_expect_continue_without_a_key_is_refused_before_the_body(front):
    head = (HEAD % b"score").replace(b"right", b"wrong") + b"expect: 100-continue\r\ncontent-length: 900\r\n\r\n"
    assert raw(front, head).startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize("length", [b"content-length: 1000001\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n"])
def test_a_body_over_the_limit_is_413(front, length):
    chunk = b"186A1\r\n" + b"x" * 100_001 + b"\r\n"
    received = raw(front, HEAD % b"score" + length, *([chunk] * 10 if b"chunked" in length else []))
    assert received.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "message",
    [
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ],
)
def test_what_is_not_http_is_400_and_closed(front, message):
    assert raw(front, message).startswith(b"HTTP/1.1 400")


def test_headers_over_the_limit_are_431(front):
    assert raw(front, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000).startswith(b"HTTP/1.1 431")


def test_a_header_that_never_ends_is_431(front):
    assert raw(front, b"GET / HTTP/1.1\r\na: ", *[b"x" * 30_000] * 3).startswith(b"HTTP/1.1 431")


def test_counts_are_kept_per_deployment(front):
    def green() -> Any:
        stats = msgspec.json.decode(front.get("/-/stats").content, type=RouterStats)
        return next(d for d in stats.deployments if d.deployment == "green")

    before = green()
    ask(front, to="green")
    ask(front, to="green", headers={"x-status": "422"})
    ask(front, to="green", headers={"x-status": "500"})
    after = green()
    assert after.requests - before.requests == 3
    assert (after.refused - before.refused, after.errors - before.errors) == (1, 1)
    assert sum(after.latency_counts) == after.requests
    text = front.get("/metrics").text
    assert f'mlops_router_seconds_count{{endpoint="e1",deployment="green"}} {after.requests}' in text


def test_a_new_table_is_used_without_losing_a_request(tmp_path):
    table = tmp_path / "routing.json"
    with backends("one", "two") as (one, two):
        write_table(table, endpoint(deployment("blue", one, weight=100)))
        with router(table) as (client, _):
            names: list[str] = []
            ended = threading.Event()

            def call() -> None:
                while not ended.is_set():
                    names.append(ask(client).json()["name"])

            caller = threading.Thread(target=call)
            caller.start()
            wait_for(lambda: "one" in names)
            write_table(table, endpoint(deployment("blue", two, weight=100)), revision=2)
            wait_for(lambda: "two" in names)
            ended.set()
            caller.join()
            assert names == sorted(names)
            assert client.get("/readyz").json() == {"ready": True, "reasons": [], "table_revision": 2}


def test_what_was_made_a_moment_ago_is_known_at_the_first_request(tmp_path):
    table = tmp_path / "routing.json"
    with backends("one") as (one,), ExitStack() as stack:
        blue = deployment("blue", one, weight=100)
        write_table(table, endpoint(blue))
        client, _ = stack.enter_context(router(table))
        for number in range(2, 12):
            made = {"id": "e2", "name": f"n{number}", "key_digests": (sha256(b"key%d" % number).hexdigest(),)}
            write_table(table, endpoint(blue), endpoint(blue, **made), revision=number)
            headers = {"api-key": f"key{number}", "authorization": ""}
            assert client.post(f"/endpoints/p/n{number}/score", headers=headers).status_code == 200


def test_a_broken_table_leaves_the_last_good_one_in_force(tmp_path):
    table = tmp_path / "routing.json"
    with backends("one") as (one,), ExitStack() as stack:
        write_table(table, endpoint(deployment("blue", one, weight=100)))
        client, _ = stack.enter_context(router(table))
        table.write_text("{broken")
        wait_for(lambda: "cannot be read" in client.get("/readyz").text)
        assert (ask(client).status_code, client.get("/readyz").status_code) == (200, 200)
        table.unlink()
        wait_for(lambda: "There is no routing table" in client.get("/readyz").text)
        assert ask(client).status_code == 200


def test_without_a_table_it_lives_and_is_not_ready(tmp_path):
    with router(tmp_path / "routing.json") as (client, _):
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
        assert ask(client).json()["code"] == "unknown_endpoint"


def test_sigterm_finishes_what_is_in_flight_and_writes_the_counts(tmp_path):
    table, stats = tmp_path / "routing.json", tmp_path / "stats.json"
    with backends("one") as (one,), ExitStack() as stack:
        write_table(table, endpoint(deployment("blue", one, weight=100)))
        client, running = stack.enter_context(router(table, "--stats-file", str(stats)))
        answered: list[int] = []
        caller = threading.Thread(target=lambda: answered.append(ask(client, "/sleep?s=0.6").status_code))
        caller.start()
        time.sleep(0.2)
        running.send_signal(signal.SIGTERM)
        caller.join()
        assert (answered, running.wait(5)) == ([200], 0)
        assert msgspec.json.decode(stats.read_bytes(), type=RouterStats).deployments[0].requests == 1


def test_an_idle_router_is_small(tmp_path):
    with router(tmp_path / "routing.json") as (_, running):
        status = Path(f"/proc/{running.pid}/status").read_text()
        resident = int(status.split("VmRSS:")[1].split()[0])
    assert resident < 35 * 1024


@pytest.mark.parametrize("named", ["green", ""])
def test_a_deployment_that_is_just_ready_is_known_at_its_first_request(tmp_path, named):
    table = tmp_path / "routing.json"
    with backends("one") as (one,), ExitStack() as stack:
        write_table(table, endpoint())
        client, _ = stack.enter_context(router(table))
        for number in range(2, 12):
            write_table(table, endpoint(), revision=2 * number)
            wait_for(lambda: ask(client, to=named).status_code in (404, 503))
            write_table(table, endpoint(deployment("green", one, weight=100)), revision=2 * number + 1)
            assert ask(client, to=named).status_code == 200
