"""The router's front door: requests to endpoints are routed, its own few paths tell how it is."""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.serving import RequestSamples
from mlops.http.exchange import Answer, Request, json_answer, problem_answer, text_answer
from mlops.router.routing import Router, Target

COUNT_HEADER = b"x-mlops-count"
_LOOPBACK = ("127.", "::1", "::ffff:127.")


class Door:
    """`trouble` is the table file's, `behind` the feed's; with an earlier table in force the router stays ready.
    `token`: who shows it is told what is otherwise told to this machine alone."""

    def __init__(self, router: Router, *, token: str = "") -> None:
        self.router = router
        self._token = f"Bearer {token}".encode() if token else b""
        self.behind = ""
        self.trouble = "No routing table has been read yet."
        self.draining = False
        self.forward = router.forward

    def admit(self, request: Request) -> Target | Answer:
        if request.path.startswith("/endpoints/"):
            return self.router.admit(request)
        return self._own(request)

    def _own(self, request: Request) -> Answer:
        path = request.path
        if request.method not in (b"GET", b"HEAD"):
            message = f"There is nothing to {request.method.decode('latin-1')} at {path}."
            return problem_answer(Refusal("unknown_path", message, status=404))
        if path == "/healthz":
            told = {"table_revision": self.router.endpoints.revision, "reasons": self._reasons()}
            return json_answer({"live": True, **told})
        if path == "/readyz":
            reasons = [*self._reasons(), *(["It is stopping."] if self.draining else [])]
            ready = self.router.has_table and not self.draining
            answer = {"ready": ready, "reasons": reasons, "table_revision": self.router.endpoints.revision}
            return json_answer(answer, status=200 if ready else 503)
        if path == "/metrics":
            endpoints = self.router.endpoints
            text = self.router.tally.prometheus(endpoints=endpoints.by_id.values(), revision=endpoints.revision)
            return text_answer(text)
        if path == "/-/stats":
            return self._only_to_ours(request) or json_answer(self.router.stats())
        if path == "/-/requests":
            return self._only_to_ours(request) or self._requests(request)
        if path == "/-/recorded":
            return self._only_to_ours(request) or self._recorded(request)
        hint = "Endpoints are at /endpoints/PROJECT/ENDPOINT/score."
        return problem_answer(Refusal("unknown_path", f"There is nothing at {path}.", hint=hint, status=404))

    def _reasons(self) -> list[str]:
        """Why its table may not be the one that is wanted."""
        return [reason for reason in (self.trouble, self.behind) if reason]

    def _only_to_ours(self, request: Request) -> Answer | None:
        """The refusal for others. Behind a proxy everybody seems to come from this machine, so a token is asked for
        where there is one."""
        if self._token and hmac.compare_digest(request.header(b"authorization"), self._token):
            return None
        if not self._token and request.peer.startswith(_LOOPBACK):
            return None
        message = "This is told to the control plane alone." if self._token else "This is told to this machine alone."
        return problem_answer(Refusal("only_loopback", message, hint="Use /metrics.", status=403))

    def _requests(self, request: Request) -> Answer:
        asked = parse_qs(request.query.decode("latin-1"))
        endpoint = asked.get("endpoint", [""])[0]
        samples = self.router.samples.of(endpoint, failed_only=asked.get("failed", [""])[0] == "1")
        return json_answer(RequestSamples(requests=samples))

    def _recorded(self, request: Request) -> Answer:
        """One body a line, as a JSON text, oldest first, in which form they are replayed. HEAD tells how many."""
        asked = parse_qs(request.query.decode("latin-1"))
        kept = self.router.recordings.of(asked.get("endpoint", [""])[0])
        if kept is None:
            hint = "Begin a recording of this endpoint."
            return problem_answer(Refusal("not_recorded", "Nothing is recorded here.", hint=hint, status=404))
        headers = [(b"content-type", b"application/jsonl"), (COUNT_HEADER, b"%d" % len(kept))]
        if request.method == b"HEAD":
            return Answer(status=200, headers=headers)
        lines = (msgspec.json.encode(body.decode("utf-8", errors="replace")) for body in kept.bodies())
        return Answer(status=200, headers=headers, body=b"".join(line + b"\n" for line in lines))
