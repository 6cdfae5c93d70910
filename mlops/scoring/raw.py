"""Raw requests for scoring scripts: `@rawhttp` gives run() the whole request, and a Response is sent as it is.

A script writes `from mlops.scoring.raw import Request, Response, rawhttp`. Scripts of Azure's services import the same
things by Azure's names: AMLRequest, AMLResponse. Standard library only."""

from __future__ import annotations

import email.parser
import email.policy
import io
import json
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from mlops.formats.spoken import gettext
from mlops.scoring.children.encoding import encode
from mlops.scoring.children.faults import Fault

RAW = "__mlops_raw__"
Run = TypeVar("Run", bound=Callable[..., Any])


def rawhttp(run: Run) -> Run:
    """Marks run(request): it gets a Request for every method, and answers OPTIONS itself."""
    setattr(run, RAW, True)
    return run


class Headers(MutableMapping[str, str]):
    """Names in any case; `getlist` and `add` for a name that is there more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs: list[tuple[str, str]] = [(str(name), str(value)) for name, value in pairs]

    def __getitem__(self, name: str) -> str:
        for key, value in self._pairs:
            if key.lower() == name.lower():
                return value
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._pairs = [pair for pair in self._pairs if pair[0].lower() != name.lower()]
        self.add(name, value)

    def __delitem__(self, name: str) -> None:
        self[name]
        self._pairs = [pair for pair in self._pairs if pair[0].lower() != name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._pairs})

    def __contains__(self, name: object) -> bool:
        return any(key.lower() == str(name).lower() for key, _ in self._pairs)

    def add(self, name: str, value: Any) -> None:
        if any(sign in f"{name}{value}" for sign in "\r\n\0"):
            raise ValueError(f"A header may not hold line breaks: {name!r}.")
        self._pairs.append((str(name), str(value)))

    def getlist(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key.lower() == name.lower()]

    def pairs(self) -> list[tuple[str, str]]:
        return list(self._pairs)


class File(io.BytesIO):
    """One file of a multipart form: open for reading."""

    def __init__(self, content: bytes, *, name: str, filename: str, content_type: str) -> None:
        super().__init__(content)
        self.name, self.filename, self.content_type = name, filename, content_type
        self.mimetype = content_type.split(";")[0].strip()

    @property
    def stream(self) -> File:
        return self

    def save(self, place: str) -> None:
        with open(place, "wb") as target:
            target.write(self.getvalue())


class Request:
    """method, path, query_string, args, headers, data, and what is read out of them."""

    def __init__(self, *, method: str, path: str, query: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.method, self.path = method, path
        self.query_string = query.encode("latin-1")
        self.headers = Headers(headers)
        self.data = body
        self.args = dict(parse_qsl(query, keep_blank_values=True))
        self._parts: tuple[dict[str, str], dict[str, File]] | None = None

    def __repr__(self) -> str:
        return f"<Request {self.full_path} [{self.method}]>"

    @property
    def full_path(self) -> str:
        return f"{self.path}?{self.query_string.decode('latin-1')}"

    @property
    def url(self) -> str:
        return f"http://{self.headers.get('host', 'localhost')}{self.full_path.rstrip('?')}"

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def mimetype(self) -> str:
        return self.content_type.split(";")[0].strip().lower()

    @property
    def content_length(self) -> int:
        return len(self.data)

    @property
    def is_json(self) -> bool:
        return self.mimetype == "application/json" or self.mimetype.endswith("+json")

    @property
    def json(self) -> Any:
        return self.get_json()

    @property
    def form(self) -> dict[str, str]:
        return self._form()[0]

    @property
    def files(self) -> dict[str, File]:
        return self._form()[1]

    def get_data(self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False) -> Any:
        return self.data.decode("utf-8", "replace") if as_text else self.data

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        try:
            if force or self.is_json:
                return json.loads(self.data)
        except ValueError as error:
            if not silent:
                raise Fault(
                    "broken_json", f"The body is not valid JSON: {error}.", hint=gettext("Send JSON text.")
                ) from error
            return None
        if silent:
            return None
        message = gettext("The body is of the type %(content_type)s, not JSON.") % {
            "content_type": self.content_type or "none"
        }
        raise Fault("not_json", message, hint=gettext("Send it with Content-Type: application/json."), status=415)

    def _form(self) -> tuple[dict[str, str], dict[str, File]]:
        if self._parts is None:
            if self.mimetype == "multipart/form-data":
                self._parts = _multipart(self.content_type, self.data)
            elif self.mimetype == "application/x-www-form-urlencoded":
                self._parts = dict(parse_qsl(self.data.decode("utf-8", "replace"), keep_blank_values=True)), {}
            else:
                self._parts = {}, {}
        return self._parts


class Response:
    """What is sent as it is: a text, bytes, or with `json_str` (and for dicts and lists) anything that JSON can say."""

    def __init__(
        self,
        message: Any = "",
        status_code: int = 200,
        response_headers: Any = None,
        json_str: bool = False,
        *,
        headers: Any = None,
        content_type: str = "",
    ) -> None:
        given = headers or response_headers or {}
        self.headers = Headers(given.items() if hasattr(given, "items") else given)
        self.status_code = int(status_code)
        self.data, kind = _encoded(message, as_json=json_str)
        if content_type or "content-type" not in self.headers:
            self.headers["Content-Type"] = content_type or kind

    @property
    def status(self) -> int:
        return self.status_code


def _encoded(message: Any, *, as_json: bool) -> tuple[bytes, str]:
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message), "application/octet-stream"
    if isinstance(message, str) and not as_json:
        looks_like_json = message[:1] in ("{", "[")
        return message.encode(), "application/json" if looks_like_json else "text/html; charset=utf-8"
    return encode(message), "application/json"


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, File]]:
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    form: dict[str, str] = {}
    files: dict[str, File] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True) or b""
        assert isinstance(content, bytes)
        filename = part.get_filename()
        if filename is None:
            form[name] = content.decode(part.get_content_charset() or "utf-8", "replace")
        else:
            files[name] = File(content, name=name, filename=filename, content_type=part.get_content_type())
    return form, files
