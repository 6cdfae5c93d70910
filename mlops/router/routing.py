"""Answers one request: its own paths, CORS, keys, the choice of a deployment, and the way to a backend and back."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from urllib.parse import unquote

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.serving import DeploymentRoute, EndpointRoute, RouterStats, RoutingTable
from mlops.router.backends import BackendPool, Broken, Unreachable, broken, late, unreachable
from mlops.router.choice import DEPLOYMENT_HEADER, STICKY_HEADER, Endpoints, authenticate, choose
from mlops.router.counts import Counts, prometheus
from mlops.router.exchange import Answer, Headers, Request, json_answer, problem_answer, text_answer

_NOT_FORWARDED = frozenset(
    (
        b"authorization api-key host connection keep-alive proxy-connection te trailer transfer-encoding upgrade "
        b"content-length expect x-request-id x-mlops-sticky-key azureml-model-deployment origin"
    ).split()
)
_NOT_RETURNED = frozenset(
    (
        b"connection keep-alive transfer-encoding content-length upgrade trailer x-request-id vary "
        b"azureml-model-deployment access-control-allow-origin access-control-allow-methods "
        b"access-control-allow-headers access-control-max-age"
    ).split()
)
_LOOPBACK = ("127.", "::1", "::ffff:127.")


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where an admitted request goes: found before its body is read."""

    endpoint: EndpointRoute
    rest: str


class Router:
    """Holds the table in force, the connections and the counts. `trouble` is the table file's; with an earlier
    table in force the router stays ready."""

    def __init__(self) -> None:
        self.started = time.time()
        self.trouble = "No routing table has been read yet."
        self.draining = False
        self._has_table = False
        self._endpoints = Endpoints(RoutingTable(revision=0, endpoints=()))
        self._pools: dict[str, BackendPool] = {}
        self._turns: dict[tuple[str, str], int] = {}
        self._counts: dict[tuple[str, str], Counts] = {}
        self._refused: Counter[tuple[str, str]] = Counter()

    def use(self, table: RoutingTable) -> None:
        self._endpoints = Endpoints(table)
        self._has_table = True
        wanted = {b.url for e in table.endpoints for d in e.deployments for b in d.backends}
        for url in [url for url in self._pools if url not in wanted]:
            self._pools.pop(url).close()
        for endpoint in table.endpoints:
            for deployment in endpoint.deployments:
                self._counts.setdefault((endpoint.id, deployment.name), Counts())

    def close_idle(self) -> None:
        now = asyncio.get_running_loop().time()
        for pool in self._pools.values():
            pool.close_idle(now)

    def stats(self) -> RouterStats:
        return RouterStats(
            started=self.started,
            table_revision=self._endpoints.revision,
            deployments=tuple(entry.frozen(*key) for key, entry in self._counts.items()),
        )

    def admit(self, request: Request) -> Target | Answer:
        """Decides by the head alone: the target of a request that may pass, else the answer."""
        if not request.path.startswith("/endpoints/"):
            return self._own(request)
        project, _, rest = request.path[len("/endpoints/") :].partition("/")
        name, _, rest = rest.partition("/")
        endpoint_id = ""
        try:
            endpoint = self._endpoints.find(unquote(project), unquote(name))
            endpoint_id = endpoint.id
            if request.method == b"OPTIONS":
                return _preflight(endpoint, request)
            authenticate(endpoint, authorization=request.header(b"authorization"), api_key=request.header(b"api-key"))
        except Refusal as refusal:
            answer = self._refuse(endpoint_id, refusal)
            if endpoint_id:
                answer.headers += _cors(endpoint, request)
            return answer
        return Target(endpoint=endpoint, rest=f"/{rest}")

    async def forward(self, request: Request, target: Target) -> Answer:
        endpoint = target.endpoint
        request_id = request.header(b"x-request-id") or uuid.uuid4().hex.encode()
        try:
            deployment = choose(
                endpoint, wanted=request.header(DEPLOYMENT_HEADER), sticky_key=request.header(STICKY_HEADER)
            )
        except Refusal as refusal:
            answer = self._refuse(endpoint.id, refusal)
        else:
            answer = await self._counted(request, target, deployment, request_id)
            answer.headers.append((DEPLOYMENT_HEADER, deployment.name.encode()))
        answer.headers.append((b"x-request-id", request_id))
        answer.headers += _cors(endpoint, request)
        return answer

    async def _counted(
        self, request: Request, target: Target, deployment: DeploymentRoute, request_id: bytes
    ) -> Answer:
        counts = self._counts.setdefault((target.endpoint.id, deployment.name), Counts())
        counts.in_flight += 1
        began = time.perf_counter()
        status = 500
        try:
            answer = await self._ask(request, target, deployment, request_id)
            status = answer.status
        except Refusal as refusal:
            answer = problem_answer(refusal)
            status = answer.status
        finally:
            counts.in_flight -= 1
            counts.add(status, seconds=time.perf_counter() - began)
        answer.headers = [(name, value) for name, value in answer.headers if name not in _NOT_RETURNED]
        return answer

    async def _ask(self, request: Request, target: Target, deployment: DeploymentRoute, request_id: bytes) -> Answer:
        """Tries one backend after the other while nothing was answered, beginning with the one whose turn it is."""
        backends = deployment.backends
        if not backends:
            raise unreachable(deployment.name, "none is running")
        key = (target.endpoint.id, deployment.name)
        turn = self._turns[key] = (self._turns.get(key, -1) + 1) % len(backends)
        head = _head(request, target, request_id)
        reason = ""
        for attempt in range(len(backends) + 1):
            pool = self._pool(backends[(turn + attempt) % len(backends)].url)
            message = b"%bhost: %b\r\n\r\n%b" % (head, pool.host_header, request.body)
            try:
                return await pool.exchange(message, timeout_seconds=deployment.timeout_seconds, anew=attempt > 0)
            except Unreachable as error:
                reason = str(error)
            except Broken as error:
                raise broken(deployment.name, str(error)) from error
            except TimeoutError:
                raise late(deployment.name, deployment.timeout_seconds) from None
        raise unreachable(deployment.name, reason)

    def _pool(self, url: str) -> BackendPool:
        pool = self._pools.get(url)
        if pool is None:
            pool = self._pools[url] = BackendPool(url)
        return pool

    def _refuse(self, endpoint_id: str, refusal: Refusal) -> Answer:
        self._refused[(endpoint_id, refusal.code)] += 1
        return problem_answer(refusal)

    def _own(self, request: Request) -> Answer:
        path = request.path
        if request.method not in (b"GET", b"HEAD"):
            return problem_answer(
                Refusal("unknown_path", f"There is nothing to {request.method.decode()} at {path}.", status=404)
            )
        if path == "/healthz":
            return json_answer({"live": True})
        if path == "/readyz":
            reasons = [reason for reason in (self.trouble, "It is stopping." if self.draining else "") if reason]
            ready = self._has_table and not self.draining
            answer = {"ready": ready, "reasons": reasons, "table_revision": self._endpoints.revision}
            return json_answer(answer, status=200 if ready else 503)
        if path == "/metrics":
            return text_answer(prometheus(self._counts, refused=dict(self._refused), revision=self._endpoints.revision))
        if path == "/-/stats":
            return self._stats_answer(request)
        hint = "Endpoints are at /endpoints/PROJECT/ENDPOINT/score."
        return problem_answer(Refusal("unknown_path", f"There is nothing at {path}.", hint=hint, status=404))

    def _stats_answer(self, request: Request) -> Answer:
        if not request.peer.startswith(_LOOPBACK):
            return problem_answer(
                Refusal("only_loopback", "The counts are told to this machine alone.", hint="Use /metrics.", status=403)
            )
        return json_answer(self.stats())


def _head(request: Request, target: Target, request_id: bytes) -> bytes:
    """All but the host line. HEAD is asked as GET; the body is left out on the way back."""
    method = b"GET" if request.method == b"HEAD" else request.method
    query = b"?" + request.query if request.query else b""
    parts = [method, b" ", target.rest.encode("latin-1"), query, b" HTTP/1.1\r\n"]
    for name, value in request.headers:
        if name not in _NOT_FORWARDED:
            parts += (name, b": ", value, b"\r\n")
    parts += (b"x-request-id: ", request_id, b"\r\n")
    if request.body or method not in (b"GET", b"DELETE"):
        parts.append(b"content-length: %d\r\n" % len(request.body))
    return b"".join(parts)


def _cors(endpoint: EndpointRoute, request: Request) -> Headers:
    if not endpoint.cors_origins:
        return []
    origin = request.header(b"origin")
    allowed = "*" in endpoint.cors_origins or origin.decode("latin-1") in endpoint.cors_origins
    if not origin or not allowed:
        return [(b"vary", b"origin")]
    exposed = b"x-request-id, azureml-model-deployment"
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", exposed),
        (b"vary", b"origin"),
    ]


def _preflight(endpoint: EndpointRoute, request: Request) -> Answer:
    headers = _cors(endpoint, request)
    if any(name == b"access-control-allow-origin" for name, _ in headers):
        wanted = request.header(b"access-control-request-headers") or b"authorization, content-type"
        headers += [
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", wanted),
            (b"access-control-max-age", b"600"),
        ]
    return Answer(status=204, headers=headers)
