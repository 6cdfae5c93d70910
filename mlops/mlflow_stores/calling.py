"""Requests to a tracking server, over one kept connection to the judged address. Redirects are not followed."""

from __future__ import annotations

import base64
import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from mlops.blocks.fetching import connection_to
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.mlflow_stores.opening import Address

MOST_ANSWER_BYTES = 256 * 2**20
CHUNK_BYTES = 1 << 20
TRIES = 3
OURS = "mlops-studio"


class Caller:
    def __init__(self, where: Address) -> None:
        self._where = where
        self._base = urlsplit(where.address).path.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": OURS}
        if where.user:
            word = base64.b64encode(f"{where.user}:{where.secret}".encode()).decode()
            self._headers["Authorization"] = f"Basic {word}"
        elif where.secret:
            self._headers["Authorization"] = f"Bearer {where.secret}"
        self._kept: http.client.HTTPConnection | None = None

    def get(self, path: str, /, **query: Any) -> dict[str, Any]:
        return self._json("GET", f"{path}?{urlencode(query, doseq=True)}", None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._json("POST", path, json.dumps(body).encode())

    def download(self, path: str, target: Path, /, **query: Any) -> int:
        with self._answer("GET", f"{path}?{urlencode(query, doseq=True)}", None) as answer, target.open("wb") as sink:
            size = 0
            try:
                while chunk := answer.read(CHUNK_BYTES):
                    size += sink.write(chunk)
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                raise self._broken(error) from error
            return size

    def _json(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        with self._answer(method, path, body) as answer:
            try:
                content = answer.read(MOST_ANSWER_BYTES + 1)
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                raise self._broken(error) from error
        if len(content) > MOST_ANSWER_BYTES:
            self._drop()
            raise self._odd(f"an answer of more than {MOST_ANSWER_BYTES:,} bytes")
        try:
            found = json.loads(content)
        except ValueError as error:
            raise self._odd("something that is no JSON") from error
        if not isinstance(found, dict):
            raise self._odd("something that is no answer of MLflow's")
        return found

    def _answer(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        """A kept connection that the server has closed meanwhile is opened anew."""
        for number in range(TRIES):
            try:
                self._kept = self._kept or connection_to(self._where.address, self._where.private_hosts)
                headers = self._headers | ({"Content-Type": "application/json"} if body else {})
                self._kept.request(method, f"{self._base}{path}", body=body, headers=headers)
                answer = self._kept.getresponse()
                break
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                if number == TRIES - 1:
                    raise self._broken(error) from error
        if answer.status == http.client.OK:
            return answer
        raise self._refused(answer)

    def _drop(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _refused(self, answer: http.client.HTTPResponse) -> Refusal:
        status, location = answer.status, answer.headers.get("Location", "")
        told = answer.read(4_000).decode("utf-8", errors="replace")
        self._drop()
        if status in (401, 403):
            return Refusal(
                "source_denied",
                _("The MLflow server does not let us in (%(status)s).") % {"status": status},
                hint=_("Give a user and a password, or a token, that may read everything that is to be taken."),
                status=422,
            )
        if 300 <= status < 400:
            return Refusal(
                "source_redirects",
                _("The MLflow server sends us on to %(location)s.") % {"location": location[:200]},
                hint=_("Give that address, if it is the right one."),
                status=422,
            )
        try:
            message = str(json.loads(told).get("message", ""))
        except (ValueError, AttributeError):
            message = ""
        code = "source_lacks" if status in (404, 405, 501) else "source_odd"
        return Refusal(
            code,
            _("The MLflow server answered %(status)s: %(message)s")
            % {"status": status, "message": message[:300] or answer.reason},
            status=422,
        )

    def _odd(self, what: str) -> Refusal:
        return Refusal(
            "source_odd",
            _("The server at %(address)s answers with %(what)s.")
            % {"address": self._where.address[:200], "what": what},
            hint=_("Is it an MLflow tracking server? Its address is the one of MLFLOW_TRACKING_URI."),
            status=422,
        )

    def _broken(self, error: BaseException) -> Refusal:
        return Refusal(
            "source_unreadable",
            _("%(address)s does not answer: %(error)s.")
            % {"address": self._where.address[:200], "error": error or type(error).__name__},
            hint=_("Check the address, and that the server is running. Nothing that was taken is lost."),
            status=422,
        )
