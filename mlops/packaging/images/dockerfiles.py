"""Builds a Dockerfile of one's own in an engine: heard line by line, and stopped within a second.

The classic builder is used, which every engine has. What it prints as an error is an event of its stream and no status,
so it is looked for there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import queue
import socket
import threading
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.packaging.images import engine_problems
from mlops.packaging.images.engines import Engine
from mlops.packaging.images.progress import Progress

REPOSITORY = "mlops-studio/own-base"
POLL_SECONDS = 0.2
UNREACHABLE = ("no such host", "pull access denied", "manifest unknown", "i/o timeout", "connection refused")


def build_dockerfile(context: Path, *, engine: Engine, progress: Progress) -> str:
    """`context`: a tar, gzipped or not, with a Dockerfile at its top. The result is what the engine calls the image;
    an equal context is not built again. Raises Refusal `build_failed`, Stopped."""
    with context.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    reference = f"{REPOSITORY}:{digest[:24]}"
    if engine.inspect(reference) is not None:
        progress.say(f"The engine has {reference} already.")
        return reference
    progress.say("Building the Dockerfile.")
    _build(context, reference, digest, engine, progress)
    return reference


def _build(context: Path, reference: str, digest: str, engine: Engine, progress: Progress) -> None:
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    api = engine.client.api
    asked = {"t": reference, "rm": "1", "forcerm": "1", "labels": json.dumps({"mlops.context": digest})}
    try:
        with context.open("rb") as file:
            headers = {"Content-Type": "application/x-tar"}
            answer = api._post(api._url("/build"), data=file, params=asked, headers=headers, stream=True)
        if answer.status_code >= 400:
            raise _failed(answer.text)
        _hear(api, answer, progress)
    except (DockerException, RequestException) as error:
        raise engine_problems.act_failed(str(error), _("build the Dockerfile")) from error


def _hear(api: Any, answer: Any, progress: Progress) -> None:
    """A step may be silent for long, so the stream is read beside us. Closing it ends what is being built."""
    events: queue.Queue[dict[str, Any] | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(answer, events), daemon=True)
    reader.start()
    try:
        while True:
            try:
                event = events.get(timeout=POLL_SECONDS)
            except queue.Empty:
                progress.check()
                continue
            if event is None:
                return
            if "error" in event or "errorDetail" in event:
                raise _failed(str((event.get("errorDetail") or {}).get("message") or event.get("error")))
            for line in engine_problems.without_colours(str(event.get("stream") or "")).splitlines():
                if line.strip():
                    progress.say(line.rstrip())
    except BaseException:
        with contextlib.suppress(Exception):
            _socket_of(api, answer).shutdown(socket.SHUT_RDWR)
        raise
    finally:
        answer.close()


def _read(answer: Any, events: queue.Queue[dict[str, Any] | None]) -> None:
    """Ends with the stream, however that ends."""
    with contextlib.suppress(Exception):
        for line in answer.iter_lines():
            if line.strip():
                events.put(json.loads(line))
    events.put(None)


def _socket_of(api: Any, answer: Any) -> Any:
    found = api._get_raw_response_socket(answer)
    return getattr(found, "_sock", found)


def _failed(said: str) -> Refusal:
    text = " ".join(engine_problems.without_colours(said).split()).strip().rstrip(".")
    if "Cannot locate specified Dockerfile" in text or "Dockerfile: no such file" in text:
        return Refusal(
            "dockerfile_absent",
            _("There is no Dockerfile at the top of the build context."),
            hint=_("Pack the folder so that the Dockerfile is not in a folder below."),
        )
    if any(word in text for word in engine_problems.NO_SPACE):
        return engine_problems.act_failed(text, _("build the Dockerfile"))
    if any(word in text for word in UNREACHABLE):
        message = _("The engine cannot pull what the Dockerfile begins with: %(text)s.") % {"text": text[:400]}
        hint = _("Load the base into the engine first, or give the engine a way to the registry.")
        return Refusal("base_unreachable", message, hint=hint)
    return Refusal(
        "build_failed",
        _("The Dockerfile's build failed: %(text)s.") % {"text": text[:600]},
        hint=_("The log shows what it printed."),
    )
