"""Lays out what a profile measures: the folder of its scoring server, and the requests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree, manifest_of
from mlops.formats.model import Signature
from mlops.formats.profiling import ProfileOrder
from mlops.formats.refusal import Refusal
from mlops.formats.serving import SERVING_FILE, GoldenRequest, Serving
from mlops.packaging.child import run_module
from mlops.packaging.models import Profile
from mlops.packaging.profiling.__main__ import ORDER_FILE, Task
from mlops.packaging.profiling.bodies import EXAMPLE_FILE, RECORDED_FILE, ROWS_FILE, of_signature
from mlops.registry.reading import describe

DATA_FILE = "data.parquet"
SCRIPT_FILE, GOLDEN_FILE = "score.py", "golden.json"
GOLDEN_SECONDS = 180.0


def lay_out(profile: Profile, folder: Path, *, beat: Callable[[], None]) -> None:
    """Raises Refusal where the model does not load."""
    serve = folder / "serve"
    serve.mkdir()
    golden = _fill(profile, serve, beat)
    (serve / SERVING_FILE).write_bytes(msgspec.json.encode(_serving(profile, golden)))
    _requests(profile, folder)
    task = Task(order=msgspec.convert(profile.order, ProfileOrder), column=profile.column)
    (folder / ORDER_FILE).write_bytes(msgspec.json.encode(task))


def _fill(profile: Profile, serve: Path, beat: Callable[[], None]) -> tuple[GoldenRequest, ...]:
    fetch_tree(profile.version.tree_id, serve / "model")
    if profile.script_id is not None:
        store().fetch(profile.script_id, str(serve / SCRIPT_FILE))
        return ()
    if profile.conversion is not None and profile.conversion.tree_id is not None:
        fetch_tree(profile.conversion.tree_id, serve / "onnx")
        return _read(serve / "onnx" / GOLDEN_FILE)
    arguments = ["--model", str(serve / "model"), "--out", str(serve / GOLDEN_FILE)]
    ended = run_module("mlops.packaging.golden", arguments, folder=serve, seconds=GOLDEN_SECONDS, beat=beat)
    if ended.status != 0:
        hint = "Check the model on its page, or profile it with a script of your own."
        raise Refusal("model_does_not_load", f"The model cannot be loaded: {ended.why}.", hint=hint)
    return _read(serve / GOLDEN_FILE)


def _read(path: Path) -> tuple[GoldenRequest, ...]:
    return msgspec.json.decode(path.read_bytes(), type=tuple[GoldenRequest, ...]) if path.is_file() else ()


def _serving(profile: Profile, golden: tuple[GoldenRequest, ...]) -> Serving:
    version = profile.version
    manifest = describe(version.tree_id).manifest
    scripted = profile.entry == "script"
    return Serving(
        entry=profile.entry,  # type: ignore[arg-type]
        endpoint="profile",
        deployment=profile.name,
        model=str(version),
        signature=None if scripted or version.signature is None else msgspec.convert(version.signature, Signature),
        task=version.task,
        classes=manifest.classes if manifest else (),
        script=SCRIPT_FILE if scripted else "",
        golden=golden,
    )


def _requests(profile: Profile, folder: Path) -> None:
    if profile.recorded_id is not None:
        store().fetch(profile.recorded_id, str(folder / RECORDED_FILE))
    elif profile.dataset is not None:
        assert profile.dataset.tree_id is not None
        table = next(one for one in manifest_of(profile.dataset.tree_id).files if one.path == DATA_FILE)
        store().fetch(table.digest, str(folder / ROWS_FILE))
    else:
        example = profile.version.input_example
        if example is None and profile.version.signature is not None:
            example = of_signature(msgspec.convert(profile.version.signature, Signature))
        (folder / EXAMPLE_FILE).write_bytes(msgspec.json.encode(example))
