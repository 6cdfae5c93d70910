"""Lays out the folder of a scoring server for a model version that no deployment serves: to measure it, to pack it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree
from mlops.formats.model import ONNX_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.serving import SERVING_FILE, GoldenRequest, Serving
from mlops.packaging import served_besides
from mlops.packaging.child import OWN_FOLDER, run_module
from mlops.packaging.models import Conversion
from mlops.packaging.served import facts_of
from mlops.registry.models import ModelVersion

SCRIPT_FILE, GOLDEN_FILE = "score.py", "golden.json"
GOLDEN_SECONDS = 180.0


class Served(Protocol):
    """A row that says what is served: of a version, by which entry."""

    pk: UUID
    version: ModelVersion
    entry: str
    conversion: Conversion | None
    script_id: str | None


def lay_out(served: Served, folder: Path, *, endpoint: str, deployment: str, beat: Callable[[], None]) -> None:
    """Raises Refusal where the model does not load. `beat` is called about every second and may end it."""
    if served.script_id is not None:
        fetch_tree(served.version.tree_id, folder / "model")
        store().fetch(served.script_id, str(folder / SCRIPT_FILE))
        golden: tuple[GoldenRequest, ...] = ()
    else:
        golden = fill(served.version, folder, entry=served.entry, conversion=served.conversion, beat=beat)
    serving = _serving(served, golden, endpoint, deployment)
    (folder / SERVING_FILE).write_bytes(msgspec.json.encode(serving))


def fill(
    version: ModelVersion, folder: Path, *, entry: str, conversion: Conversion | None, beat: Callable[[], None]
) -> tuple[GoldenRequest, ...]:
    """Puts the files of a version there that answers without a script, and says its recorded requests: those of its
    conversion, or what the original answers, asked in a process of its own, for it opens what was pickled.

    Raises Refusal `model_does_not_load` or `conversion_incomplete`."""
    fetch_tree(version.tree_id, folder / "model")
    served_besides.lay_out(version, folder)
    if facts_of(version, entry=entry, conversion=conversion).by_itself:
        return ()
    if entry == "onnx":
        return _converted(conversion, folder)
    arguments = ["--model", str(folder / "model"), "--out", str(folder / GOLDEN_FILE)]
    (folder / GOLDEN_FILE).touch()
    ended = run_module(
        "mlops.packaging.golden",
        arguments,
        folder=folder,
        seconds=GOLDEN_SECONDS,
        beat=beat,
        beat_seconds=1.0,
        writes=[folder / GOLDEN_FILE],
    )
    shutil.rmtree(folder / OWN_FOLDER, ignore_errors=True)
    if ended.status != 0:
        hint = _("Check the model on its page, or serve it with a script of your own.")
        raise Refusal("model_does_not_load", _("The model cannot be loaded: %(why)s.") % {"why": ended.why}, hint=hint)
    (folder / "golden.log").unlink(missing_ok=True)
    return _read(folder / GOLDEN_FILE)


def _converted(conversion: Conversion | None, folder: Path) -> tuple[GoldenRequest, ...]:
    if conversion is not None and conversion.tree_id is not None:
        fetch_tree(conversion.tree_id, folder / "onnx")
    if not (folder / "onnx" / ONNX_FILE).is_file():
        raise Refusal(
            "conversion_incomplete",
            _("The conversion has no %(onnx_file)s.") % {"onnx_file": ONNX_FILE},
            hint=_("Convert the model again."),
        )
    return _read(folder / "onnx" / GOLDEN_FILE)


def _read(path: Path) -> tuple[GoldenRequest, ...]:
    return msgspec.json.decode(path.read_bytes(), type=tuple[GoldenRequest, ...]) if path.is_file() else ()


def _serving(served: Served, golden: tuple[GoldenRequest, ...], endpoint: str, deployment: str) -> Serving:
    version = served.version
    scripted = served.entry == "script"
    facts = facts_of(version, entry=served.entry, conversion=served.conversion)
    return Serving(
        entry=served.entry,  # type: ignore[arg-type]
        endpoint=endpoint,
        deployment=deployment,
        model=str(version),
        signature=facts.signature,
        task=facts.task,
        classes=facts.classes,
        framework=facts.framework,
        graph=facts.graph,
        script=SCRIPT_FILE if scripted else "",
        golden=golden,
    )
