"""Requests to the server's REST API. A problem in an answer becomes a refusal with its code, message and hint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mlops.client.calling import connection_in_use, reason_in_use
from mlops.client.credentials import Credentials, find
from mlops.client.errors import RequestFailed
from mlops.client.speaking import language_of
from mlops.formats.refusal import Refusal

if TYPE_CHECKING:
    import httpx

API = "/api/v1/"
TIMEOUT_SECONDS = 60.0
PAGE_ROWS = 500
CHUNK_BYTES = 1024 * 1024


def connect() -> Connection:
    """The server that the call is for, else the one that mlops.client.credentials finds."""
    return connection_in_use.get() or Connection(find())


class Connection:
    """One server, as one person, who may say why: then the server's audit trail has it with each act."""

    def __init__(self, credentials: Credentials, *, reason: str = "") -> None:
        import httpx

        self.url = credentials.url
        headers = {"Authorization": f"Bearer {credentials.token}"} if credentials.token else {}
        if why := reason or reason_in_use.get() or os.environ.get("MLOPS_REASON", ""):
            headers["X-Reason"] = quote(why)
        if language := language_of():
            headers["Accept-Language"] = language
        try:
            self._http = httpx.Client(base_url=credentials.url, headers=headers, timeout=TIMEOUT_SECONDS)
        except httpx.InvalidURL as error:
            raise Refusal("url_unreadable", f"“{credentials.url}” is no address of a server: {error}.") from error

    def get(self, path: str, **query: Any) -> Any:
        return self.request("GET", path, query=query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return self.request("POST", path, body=body, query=query)

    def request(self, method: str, path: str, *, body: Any = None, query: dict[str, Any] | None = None) -> Any:
        """The answer's JSON, or None where it has no body."""
        response = self._answer(method, path, json=body, params=_given(query or {}))
        return response.json() if response.content else None

    def all(self, path: str, *, most: int = 0, **query: Any) -> list[Any]:
        """Every row of a list, page after page; or the first so many."""
        return list(self._rows(path, most, query))[: most or None]

    def _rows(self, path: str, most: int, query: dict[str, Any]) -> list[Any]:
        answer = self.get(path, limit=min(most or PAGE_ROWS, PAGE_ROWS), **query)
        rows: list[Any] = []
        while True:
            if isinstance(answer, list):
                return rows + answer
            rows += answer["results"]
            following = answer.get("next")
            if not following or (most and len(rows) >= most):
                return rows
            answer = self.request("GET", following)

    def upload(
        self,
        method: str,
        path: str,
        content: Iterator[bytes],
        *,
        size: int,
        query: dict[str, Any],
        kind: str = "application/octet-stream",
    ) -> Any:
        """Sends a body as it is read; nothing of it is held."""
        headers = {"Content-Type": kind, "Content-Length": str(size)}
        return self._answer(method, path, content=content, headers=headers, params=_given(query), timeout=None).json()

    def send_files(self, path: str, *, fields: dict[str, Any], files: list[tuple[str, Path]], under: str) -> Any:
        """A multipart form with files, streamed from disk; `files` are (name told to the server, path here)."""
        from contextlib import ExitStack

        with ExitStack() as opened:
            parts = [(under, (name, opened.enter_context(place.open("rb")))) for name, place in files]
            return self._answer("POST", path, data=fields, files=parts, timeout=None).json()

    def download(self, path: str, place: Path, **query: Any) -> Path:
        """Writes the answer's body to `place`, or into it under the file name that the server gives."""
        import httpx

        with (
            self._caught(httpx),
            self._http.stream("GET", self._absolute(path), params=_given(query), timeout=None) as response,
        ):
            if response.is_error:
                response.read()
                raise problem_of(response)
            target = place / _file_name(response) if place.is_dir() else place
            draft = target.with_name(f".{target.name}.part")
            with draft.open("wb") as file:
                for chunk in response.iter_bytes(CHUNK_BYTES):
                    file.write(chunk)
            draft.replace(target)
            return target

    def answer(
        self, method: str, path: str, *, headers: dict[str, str], content: bytes | None = None
    ) -> httpx.Response:
        """The answer with its headers. Raises as `request` does."""
        return self._answer(method, path, headers=headers, content=content)

    def raw(self, method: str, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
        """A request to another address of the same product, such as the router: with its own credentials, not ours."""
        import httpx

        with self._caught(httpx, url=url):
            return httpx.request(method, url, content=content, headers=headers, timeout=TIMEOUT_SECONDS)

    def _answer(self, method: str, path: str, **options: Any) -> httpx.Response:
        import httpx

        with self._caught(httpx):
            response = self._http.request(method, self._absolute(path), **options)
        if response.is_error:
            raise problem_of(response)
        return response

    def _absolute(self, path: str) -> str:
        if path.startswith(("http://", "https://")):
            import httpx

            return httpx.URL(path).raw_path.decode()
        return path if path.startswith("/") else f"{API}{path}"

    def _caught(self, httpx: Any, *, url: str = "") -> Any:
        return _Transport(httpx.TransportError, url or self.url)


class _Transport:
    """Turns a connection that failed into a refusal that says what to look at."""

    def __init__(self, error: type[Exception], url: str) -> None:
        self._error, self._url = error, url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, self._error):
            raise RequestFailed(
                "server_unreachable",
                f"{self._url} does not answer: {error}.",
                hint="Is it running? `mlops up` starts one here; `mlops doctor` says what is set.",
            ) from error


def problem_of(response: httpx.Response) -> Refusal:
    """The refusal that the answer describes (RFC 9457), or one made from its status."""
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    kind = RequestFailed if response.status_code >= 500 else Refusal
    refusal = kind(
        str(problem.get("code") or f"http_{response.status_code}"),
        str(problem.get("detail") or f"{response.request.url} answered {response.status_code}."),
        hint=str(problem.get("hint") or ""),
        status=response.status_code,
    )
    refusal.extra = problem  # type: ignore[attr-defined]
    return refusal


def _given(query: dict[str, Any]) -> dict[str, Any] | None:
    """None where there is none: an empty one takes away the query of an address, such as that of the next page."""
    return {key: value for key, value in query.items() if value not in (None, "", [])} or None


def _file_name(response: httpx.Response) -> str:
    from email.message import Message

    message = Message()
    message["Content-Disposition"] = response.headers.get("content-disposition", "")
    return Path(message.get_filename() or "download").name
