"""Segments of a server that is elsewhere, asked for over HTTP with the deployment's key."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import msgspec
from django.utils.translation import gettext as _

from mlops.formats.collection import SPOOL_KEY_HEADER
from mlops.formats.refusal import Refusal
from mlops.scoring.segments_http import PATH, Told
from mlops.scoring.spool.folder import Held

SECONDS = 5.0

Ask = Callable[..., httpx.Response]
"""(method, path, headers=…) to the answer, whatever its status. Raises httpx.HTTPError."""


def asking(url: str) -> Ask:
    def ask(method: str, path: str, *, headers: dict[str, str]) -> httpx.Response:
        return httpx.request(method, f"{url}{path}", headers=headers, timeout=SECONDS, trust_env=False)

    return ask


class HttpSource:
    """`name`: for people. Refusals are `spool_unreachable`, where the server does not answer as one that collects
    does, and `segment_gone`."""

    def __init__(self, name: str, ask: Ask, *, key: str) -> None:
        self.name = name
        self._ask = ask
        self._headers = {SPOOL_KEY_HEADER: key}

    def held(self) -> list[Held]:
        answer = self._answered("GET", PATH)
        try:
            return msgspec.json.decode(answer.content, type=Told).segments
        except msgspec.MsgspecError as error:
            raise self._unreachable(_("its answer cannot be read: %(error)s") % {"error": error}) from error

    def read(self, name: str) -> bytes:
        return self._answered("GET", f"{PATH}/{name}").content

    def discard(self, name: str) -> None:
        self._answered("DELETE", f"{PATH}/{name}")

    def _answered(self, method: str, path: str) -> httpx.Response:
        try:
            answer = self._ask(method, path, headers=self._headers)
        except httpx.HTTPError as error:
            raise self._unreachable(str(error) or type(error).__name__) from error
        if answer.status_code == 404 and b"segment_gone" in answer.content:
            raise Refusal(
                "segment_gone",
                _("There is no segment %(name)s.") % {"name": path.rpartition("/")[2]},
                status=404,
            )
        if answer.status_code >= 300:
            raise self._unreachable(_("it answers %(status_code)s") % {"status_code": answer.status_code})
        return answer

    def _unreachable(self, why: str) -> Refusal:
        return Refusal(
            "spool_unreachable",
            _("The spool of server %(name)s cannot be asked: %(why)s.") % {"name": self.name, "why": why},
            hint=_("What it holds stays there until it can be asked again."),
            status=503,
        )
