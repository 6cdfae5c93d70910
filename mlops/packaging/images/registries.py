"""A registry, spoken to by its HTTP protocol (OCI distribution specification 1.1): no engine is needed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images import registry_problems
from mlops.packaging.images.oci import INDEX_TYPE, MANIFEST_TYPE
from mlops.packaging.images.progress import Progress
from mlops.packaging.images.reach import judge
from mlops.packaging.images.references import HUB, HUB_ADDRESS, Reference

CHUNK = 1 << 20
SECONDS = 60.0
MANIFESTS = (
    MANIFEST_TYPE,
    INDEX_TYPE,
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


class Login(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    password: str = ""
    is_insecure: bool = False
    """It may be spoken to without TLS."""

    def __repr__(self) -> str:
        return f"Login(name={self.name!r})"


class Repository:
    """One repository of a registry, with a login where there is one. Raises Refusal for all that may go wrong."""

    def __init__(self, reference: Reference, login: Login | None = None) -> None:
        import httpx

        self._of = reference
        self._login = login or Login()
        scheme = "http" if reference.is_loopback or self._login.is_insecure else "https"
        host = HUB_ADDRESS if reference.registry == HUB else reference.registry
        self._base = f"{scheme}://{host}"
        hooks: dict[str, list[Any]] = {"request": [partial(judge, registry=host)]}
        self._http = httpx.Client(timeout=SECONDS, follow_redirects=True, event_hooks=hooks)
        self._authorization = ""

    def close(self) -> None:
        self._http.close()

    def has(self, digest: str) -> bool:
        answer = self._ask("HEAD", f"blobs/{digest}", expected=(200, 404))
        return bool(answer.status_code == 200)

    def send(self, digest: str, file: Path, *, progress: Progress) -> None:
        """A blob, where it is not there yet."""
        if self.has(digest):
            return
        started = self._ask("POST", "blobs/uploads/", expected=(202,))
        place = started.headers["Location"]
        place = place if place.startswith("http") else f"{self._base}{place}"
        place += ("&" if "?" in place else "?") + f"digest={digest}"
        headers = {"Content-Length": str(file.stat().st_size), "Content-Type": "application/octet-stream"}
        self._ask("PUT", place, expected=(201,), headers=headers, body=lambda: _pieces(file, progress))

    def name(self, manifest: bytes, which: str) -> str:
        """Puts a manifest under a tag; the result is the digest by which the registry knows it."""
        headers = {"Content-Type": MANIFEST_TYPE}
        answer = self._ask("PUT", f"manifests/{which}", expected=(201,), headers=headers, body=lambda: manifest)
        return str(answer.headers.get("Docker-Content-Digest", ""))

    def manifest(self, which: str) -> bytes:
        answer = self._ask("GET", f"manifests/{which}", expected=(200,), headers={"Accept": ", ".join(MANIFESTS)})
        content: bytes = answer.content
        if which.startswith("sha256:") and f"sha256:{hashlib.sha256(content).hexdigest()}" != which:
            raise _changed(which, self._of.registry)
        return content

    def fetch(self, digest: str, folder: Path, *, progress: Progress) -> Path:
        """A blob into a new file of that folder; its digest is checked."""
        import httpx

        self._ask("HEAD", f"blobs/{digest}", expected=(200,))
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            found = hashlib.sha256()
            try:
                url = self._url(f"blobs/{digest}")
                with self._http.stream("GET", url, headers=self._headers(url)) as answer:
                    if answer.status_code != 200:
                        answer.read()
                        raise self._refused(answer)
                    for piece in answer.iter_raw(CHUNK):
                        progress.check()
                        found.update(piece)
                        file.write(piece)
                if f"sha256:{found.hexdigest()}" != digest:
                    raise _changed(digest, self._of.registry)
            except httpx.HTTPError as error:
                os.unlink(file.name)
                raise registry_problems.cannot_reach(error, self._of.registry) from error
            except BaseException:
                os.unlink(file.name)
                raise
        return Path(file.name)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        expected: tuple[int, ...],
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        """`body` makes it anew for each try."""
        import httpx

        try:
            for attempt in (1, 2):
                content = body() if body else None
                url = self._url(path)
                sent = {**self._headers(url), **(headers or {})}
                answer = self._http.request(method, url, headers=sent, content=content)
                if answer.status_code != 401 or attempt == 2 or not self._authorize(answer):
                    break
        except httpx.HTTPError as error:
            raise registry_problems.cannot_reach(error, self._of.registry) from error
        if answer.status_code not in expected:
            raise self._refused(answer)
        return answer

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else f"{self._base}/v2/{self._of.repository}/{path}"

    def _headers(self, url: str) -> dict[str, str]:
        """What we are known by is for the registry alone, not for where it lets its blobs be stored."""
        is_for = self._authorization and url.startswith(f"{self._base}/")
        return {"Authorization": self._authorization} if is_for else {}

    def _authorize(self, answer: Any) -> bool:
        """Follows the registry's challenge: name and password, or a token that another server gives for them."""
        kind, _space, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
        asked = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        pair = (self._login.name, self._login.password) if self._login.name else None
        if kind.lower() == "basic":
            if pair is None:
                return False
            self._authorization = _basic(*pair)
            return True
        if kind.lower() != "bearer" or "realm" not in asked:
            return False
        scope = asked.get("scope") or f"repository:{self._of.repository}:pull,push"
        told = self._http.get(asked["realm"], params={"service": asked.get("service", ""), "scope": scope}, auth=pair)
        if told.status_code != 200:
            return False
        token = told.json().get("token") or told.json().get("access_token")
        self._authorization = f"Bearer {token}"
        return bool(token)

    def _refused(self, answer: Any) -> Refusal:
        has_login = bool(self._login.name)
        return registry_problems.refused(answer, self._of.registry, self._of.repository, has_login=has_login)


def _pieces(file: Path, progress: Progress) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(CHUNK):
            progress.check()
            yield piece


def _basic(name: str, password: str) -> str:
    import base64

    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def _changed(digest: str, registry: str) -> Refusal:
    return Refusal(
        "blob_changed",
        _("What %(registry)s gave for %(digest)s… has another digest.") % {"registry": registry, "digest": digest[:19]},
        hint=_("The transfer was damaged, or the registry is. Try again."),
        status=502,
    )
