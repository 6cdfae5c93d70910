"""`/-/collected`: sealed segments of the spool for the control plane alone, which knows the deployment's key; and
`/-/drained`, which is answered when none is left.

A request that came through the router finds nothing here, whatever it says."""

from __future__ import annotations

import asyncio
import hmac
import time
from hashlib import sha256
from pathlib import Path

import msgspec

from mlops.formats.collection import CALL_HEADER, SPOOL_KEY_HEADER, Collecting
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.collecting.collector import Headers
from mlops.scoring.collecting.present import Present
from mlops.scoring.exchange import Answer, json_answer
from mlops.scoring.spool.folder import Held, discard, held, is_empty, read, seal_left
from mlops.scoring.spool.writer import Spool

PATH, DRAINED_PATH = "/-/collected", "/-/drained"
LEAST_DRAIN_SECONDS, MOST_DRAIN_SECONDS = 5.0, 60.0
"""A server that is about to end still gets requests until everybody knows, and keeps what it has until it was taken."""
_KEY, _ROUTED = SPOOL_KEY_HEADER.encode(), CALL_HEADER.encode()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of GET /-/collected."""

    segments: list[Held]
    written: int = 0
    """Records, since the server started."""
    lost: int = 0
    trouble: str = ""


async def answer(method: str, path: str, headers: Headers, collection: Present) -> Answer:
    """Raises Refusal `unknown_path`, `wrong_key`, `segment_gone` or `wrong_method`."""
    collecting = collection.told
    assert collecting is not None
    if path == DRAINED_PATH and _ROUTED not in headers and method == "GET":
        return json_answer({"drained": await _drained(Path(collecting.folder))})
    if not path.startswith(PATH):
        raise Refusal("unknown_path", _("There is nothing at %(path)s.") % {"path": path}, status=404)
    _require_key(path, headers, collecting)
    folder, name = Path(collecting.folder), path[len(PATH) :].lstrip("/")
    if method == "GET" and not name:
        return json_answer(await _told(folder, collection.spool))
    if method == "GET":
        return Answer(body=await asyncio.to_thread(_read, folder, name), content_type=b"application/octet-stream")
    if method == "DELETE" and name:
        discard(folder, name)
        return Answer(status=204)
    raise Refusal(
        "wrong_method",
        _("%(path)s does not take %(method)s.") % {"path": path, "method": method},
        hint=_("Use GET, or DELETE."),
        status=405,
    )


async def _drained(folder: Path) -> bool:
    """Answered when all was taken, or it has waited long enough: for whoever ends the server after that."""
    began = time.monotonic()
    await asyncio.sleep(LEAST_DRAIN_SECONDS)
    while not (is_drained := await asyncio.to_thread(is_empty, folder)):
        if time.monotonic() - began > MOST_DRAIN_SECONDS:
            break
        await asyncio.sleep(0.5)
    return is_drained


def _require_key(path: str, headers: Headers, collecting: Collecting) -> None:
    if _ROUTED in headers:
        raise Refusal("unknown_path", _("There is nothing at %(path)s.") % {"path": path}, status=404)
    digest = sha256(headers.get(_KEY, b"")).hexdigest()
    if not collecting.key_digest or not hmac.compare_digest(digest, collecting.key_digest):
        hint = _("The control plane sends the deployment's key as %(spool_key_header)s.") % {
            "spool_key_header": SPOOL_KEY_HEADER
        }
        raise Refusal("wrong_key", _("This is told to the control plane alone."), hint=hint, status=401)


async def _told(folder: Path, spool: Spool | None) -> Told:
    def look() -> list[Held]:
        seal_left(folder)
        return held(folder)

    segments = await asyncio.to_thread(look)
    if spool is None:
        return Told(segments=segments)
    return Told(segments=segments, written=spool.written, lost=spool.lost, trouble=spool.trouble)


def _read(folder: Path, name: str) -> bytes:
    try:
        return read(folder, name)
    except FileNotFoundError:
        hint = _("It was taken already.")
        raise Refusal(
            "segment_gone", _("There is no segment %(name)s.") % {"name": name}, hint=hint, status=404
        ) from None
