"""The program of a step in a container: asked of the worker, which runs it in the image of the order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mlops.confinement.confining import existing_folders
from mlops.formats.container import ASKED_FILE, ENDED_FILE, Asked, Ended
from mlops.formats.refusal import Refusal

if TYPE_CHECKING:
    from mlops.formats.step import StepOrder

OF_THE_MACHINE = ("PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
"""Variables that mean something else in an image."""
LOOK_SECONDS = 0.1


def run_in_container(
    words: Sequence[str], *, order: StepOrder, cwd: Path, variables: dict[str, str], look: Callable[[], None]
) -> int:
    """The exit status; `look` is called meanwhile. Raises Refusal `container_failed`, or as who ran it says."""
    work = Path(order.work_dir)
    asked = Asked(
        words=tuple(words),
        cwd=str(cwd),
        variables={name: value for name, value in variables.items() if name not in OF_THE_MACHINE},
        folders=tuple(sorted(existing_folders(order.work_dir))),
    )
    draft = work / f"{ASKED_FILE}.part"
    draft.write_bytes(msgspec.json.encode(asked))
    draft.rename(work / ASKED_FILE)
    while not (work / ENDED_FILE).exists():
        look()
        time.sleep(LOOK_SECONDS)
    look()
    ended = msgspec.json.decode((work / ENDED_FILE).read_bytes(), type=Ended)
    if ended.problem:
        raise Refusal(ended.code, ended.problem, hint=ended.hint, status=503)
    return ended.status
