"""Answers one request: keys, CORS, the choice of a deployment, the way to a server and back, and the copies."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.serving import Credential, DeploymentRoute, RouterStats, RoutingTable
from mlops.http.exchange import CODE_HEADER, Answer, Request, problem_answer
from mlops.http.spans import SpanQueue
from mlops.router.choice import DEPLOYMENT_HEADER, choose, sticky_key
from mlops.router.cors import cors_headers, preflight
from mlops.router.counts import Tally
from mlops.router.credentials import authenticate
from mlops.router.endpoints import Endpoint, Endpoints
from mlops.router.forwarding import Forwarder
from mlops.router.mirrors import Mirrors
from mlops.router.passage import Passage
from mlops.router.recordings import Recordings
from mlops.router.replicas import Replicas
from mlops.router.samples import Sample, Samples
from mlops.router.telling import note
from mlops.router.tracing import REQUEST_ID, Trace
from mlops.router.uses import Uses

_NOT_RETURNED = frozenset(
    (
        b"connection keep-alive transfer-encoding content-length upgrade trailer x-request-id azureml-model-deployment"
    ).split()
)
_OURS_WITH_ORIGINS = _NOT_RETURNED | frozenset(
    (
        b"vary access-control-allow-origin access-control-allow-methods access-control-allow-headers "
        b"access-control-max-age access-control-allow-credentials access-control-expose-headers"
    ).split()
)
"""Where an endpoint names origins the router says who may read an answer; elsewhere a script may say it itself."""
_MAY_BE_NEW = ("unknown_endpoint", "wrong_key")
_MAY_BE_READY = ("unknown_deployment", "no_traffic")
"""What is not known may have been made a moment ago: its caller does not have to wait for the next look."""
_COOKIE_SECONDS = 30 * 24 * 3600


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where an admitted request goes: found before its body is read."""

    endpoint: Endpoint
    credential: Credential | None
    rest: str


class Router:
    """Holds the table in force, the connections and the counts."""

    def __init__(self) -> None:
        self.started = time.time()
        self.has_table = False
        self.read_anew: Callable[[], bool] = lambda: False
        """Reads the table's file when it has changed; whether it had."""
        self.ask_anew: Callable[[], Awaitable[bool]] | None = None
        """The same of a table that is fetched, which takes a moment."""
        self.endpoints = Endpoints(RoutingTable(revision=0, endpoints=()))
        self.tally = Tally()
        self.samples = Samples()
        self.recordings = Recordings()
        self.replicas = Replicas()
        self.spans: SpanQueue | None = None
        """Where spans of requests go; None: nobody wants them."""
        self.trace_share = 1.0
        self._uses = Uses()
        self._forwarder = Forwarder(self.replicas, present=self._present)
        self._mirrors = Mirrors(self._forwarder, self.tally)

    def use(self, table: RoutingTable) -> None:
        """Requests under way go on by the table that they began with."""
        self.endpoints = Endpoints(table)
        self.has_table = True
        self.replicas.keep_only(b.url for e in table.endpoints for d in e.deployments for b in d.backends)
        self.samples.keep_only(self.endpoints.by_id.keys())
        self.recordings.keep_only({endpoint.id: endpoint.record for endpoint in table.endpoints})
        self._uses.keep_only(self.endpoints.by_id)
        for endpoint in table.endpoints:
            for deployment in endpoint.deployments:
                self.tally.of(endpoint.id, deployment.name)

    def stats(self) -> RouterStats:
        return RouterStats(
            started=self.started,
            table_revision=self.endpoints.revision,
            deployments=self.tally.frozen(),
            credentials=self._uses.frozen(),
        )

    def admit(self, request: Request) -> Target | Answer:
        """Decides by the head alone: the target of a request that may pass, else the answer."""
        project, _, rest = request.path[len("/endpoints/") :].partition("/")
        name, _, rest = rest.partition("/")
        endpoint: Endpoint | None = None
        try:
            endpoint = self.endpoints.find(unquote(project), unquote(name))
            if request.method == b"OPTIONS":
                return preflight(endpoint, request)
            credential = authenticate(
                endpoint, authorization=request.header(b"authorization"), api_key=request.header(b"api-key")
            )
        except Refusal as refusal:
            if refusal.code in _MAY_BE_NEW and self.read_anew():
                return self.admit(request)
            answer = self._refuse(endpoint.id if endpoint else "", refusal)
            if endpoint is not None:
                answer.headers += cors_headers(endpoint, request)
            return answer
        if credential is not None:
            self._uses.add(endpoint, credential)
        return Target(endpoint=endpoint, credential=credential, rest=f"/{rest}")

    async def forward(self, request: Request, target: Target) -> Answer:
        endpoint = target.endpoint
        began = time.perf_counter()
        trace = Trace(request, share=None if self.spans is None else self.trace_share)
        key, cookie = self._sticky(endpoint, request)
        try:
            target, deployment = await self._chosen(request, target, key)
        except Refusal as refusal:
            answer = self._refuse(endpoint.id, refusal)
        else:
            answer = await self._counted(request, target, deployment, trace)
            answer.headers.append((DEPLOYMENT_HEADER, deployment.name.encode()))
            if cookie:
                answer.headers.append((b"set-cookie", cookie))
        answer.headers.append((REQUEST_ID, trace.request_id))
        answer.headers += cors_headers(endpoint, request)
        if self.spans is not None and trace.is_sampled:
            note(self.spans, trace, request, answer, endpoint=endpoint, began=began)
        return answer

    async def _chosen(self, request: Request, target: Target, key: bytes) -> tuple[Target, DeploymentRoute]:
        """A deployment that is just ready is known at its first request."""
        wanted = request.header(DEPLOYMENT_HEADER)
        try:
            return target, choose(target.endpoint, wanted=wanted, sticky_key=key, credential=target.credential)
        except Refusal as refusal:
            if refusal.code not in _MAY_BE_READY or not await self._has_new():
                raise
            present = self.endpoints.by_id.get(target.endpoint.id)
            if present is None:
                raise
            target = msgspec.structs.replace(target, endpoint=present)
            return target, choose(present, wanted=wanted, sticky_key=key, credential=target.credential)

    async def _has_new(self) -> bool:
        return self.read_anew() or (self.ask_anew is not None and await self.ask_anew())

    async def _counted(self, request: Request, target: Target, deployment: DeploymentRoute, trace: Trace) -> Answer:
        endpoint = target.endpoint
        counts = self.tally.of(endpoint.id, deployment.name)
        passage = Passage(request, rest=target.rest, endpoint=endpoint, deployment=deployment, trace=trace)
        at, began = time.time(), time.perf_counter()
        counts.in_flight += 1
        answer: Answer | None = None
        try:
            answer = await self._forwarder.bring(passage)
        except Refusal as refusal:
            answer = problem_answer(refusal)
        finally:
            seconds = time.perf_counter() - began
            counts.in_flight -= 1
            timing = answer.header(b"server-timing") if answer else b""
            counts.add(answer.status if answer else 500, seconds=seconds, attempts=passage.attempts, timing=timing)
        if request.method == b"POST" and answer.status < 500:
            self.recordings.add(endpoint.id, target.rest, request.body)
        is_mirrored = bool(endpoint.mirrors) and request.method == b"POST" and self._mirrors.send(
            request, rest=target.rest, endpoint=endpoint, answered_by=deployment.name, trace=trace
        )  # fmt: skip
        self.samples.add(
            endpoint.id,
            Sample(
                at=at,
                request_id=trace.request_id,
                trace_id=trace.trace_id,
                deployment=deployment.name,
                method=request.method,
                path=target.rest[:200],
                status=answer.status,
                seconds=seconds,
                until_asked=(passage.asked_at or began + seconds) - began,
                timing=timing,
                backend=passage.backend,
                credential=target.credential.id if target.credential else "",
                attempts=passage.attempts,
                request_bytes=len(request.body),
                answer_bytes=len(answer.body),
                mirrored=is_mirrored,
                code=answer.header(CODE_HEADER).decode("latin-1") if answer.status >= 400 else "",
            ),
        )
        dropped = _OURS_WITH_ORIGINS if endpoint.cors_origins else _NOT_RETURNED
        answer.headers = [header for header in answer.headers if header[0] not in dropped]
        return answer

    def _sticky(self, endpoint: Endpoint, request: Request) -> tuple[bytes, bytes]:
        """The key, and the cookie to be set for a caller that has none yet."""
        key = sticky_key(endpoint, request)
        if key or not endpoint.sticky_cookie or request.method != b"POST":
            return key, b""
        key = b"%032x" % random.getrandbits(128)
        path = "/".join(request.path.split("/")[:4]).encode("latin-1")
        cookie = b"%b=%b; Path=%b; Max-Age=%d; HttpOnly; SameSite=Lax" % (
            endpoint.sticky_cookie, key, path, _COOKIE_SECONDS,
        )  # fmt: skip
        return key, cookie

    def _present(self, endpoint_id: str, name: str) -> DeploymentRoute | None:
        endpoint = self.endpoints.by_id.get(endpoint_id)
        return endpoint.deployments.get(name) if endpoint else None

    def _refuse(self, endpoint_id: str, refusal: Refusal) -> Answer:
        self.tally.refused[(endpoint_id, refusal.code)] += 1
        return problem_answer(refusal)
