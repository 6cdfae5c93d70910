"""Lays out what a profile measures: the folder of its scoring server, and the requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from mlops.blobs.stores import store
from mlops.formats.model import Signature
from mlops.formats.profiling import ProfileOrder
from mlops.packaging import served_folder
from mlops.packaging.models import Profile
from mlops.packaging.profiling.__main__ import ORDER_FILE, Task
from mlops.packaging.profiling.bodies import EXAMPLE_FILE, RECORDED_FILE, ROWS_FILE, of_signature
from mlops.packaging.tables import fetch_table


def lay_out(profile: Profile, folder: Path, *, beat: Callable[[], None]) -> None:
    """Raises Refusal where the model does not load."""
    serve = folder / "serve"
    serve.mkdir()
    served_folder.lay_out(profile, serve, endpoint="profile", deployment=profile.name, beat=beat)
    _requests(profile, folder)
    task = Task(order=msgspec.convert(profile.order, ProfileOrder), column=profile.column)
    (folder / ORDER_FILE).write_bytes(msgspec.json.encode(task))


def _requests(profile: Profile, folder: Path) -> None:
    if profile.recorded_id is not None:
        store().fetch(profile.recorded_id, str(folder / RECORDED_FILE))
    elif profile.dataset is not None:
        fetch_table(profile.dataset, folder / ROWS_FILE)
    else:
        example = profile.version.input_example
        if example is None and profile.version.signature is not None:
            example = of_signature(msgspec.convert(profile.version.signature, Signature))
        (folder / EXAMPLE_FILE).write_bytes(msgspec.json.encode(example))
