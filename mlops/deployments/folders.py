"""The folder that a scoring server serves: model, ONNX form or script, and `serving.json` written last."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from django.conf import settings

from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree
from mlops.deployments.models import Deployment
from mlops.deployments.python import python_of
from mlops.formats.model import ONNX_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.serving import SERVING_FILE, GoldenRequest, RequestLimits, Serving
from mlops.packaging.child import run_module
from mlops.packaging.served import facts_of
from mlops.registry.reading import FOLDER_PROPERTY

SCRIPT_FILE = "score.py"
CODE_FOLDER = "code"
GOLDEN_FILE = "golden.json"
GOLDEN_SECONDS = 180.0


def serving_root() -> Path:
    folder = Path(settings.DATA_DIR) / "serving"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def folder_of(deployment: Deployment, revision: int) -> Path:
    return serving_root() / f"{deployment.pk}-{revision}"


def lay_out(deployment: Deployment, *, beat: Callable[[], None], is_local: bool = True) -> Path:
    """Of the present revision; what is there already is left as it is."""
    place = folder_of(deployment, deployment.revision)
    if not (place / SERVING_FILE).is_file():
        serving_root()
        lay_out_at(deployment, place, beat=beat, is_local=is_local)
    return place


def lay_out_at(deployment: Deployment, place: Path, *, beat: Callable[[], None], is_local: bool = True) -> None:
    """Made beside its place and renamed into it, so that a half-made folder is never served. May take minutes:
    `beat` is called meanwhile. `is_local`: it is served on this machine, so its environment is built here."""
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.parent))
    try:
        golden = _fill(deployment, draft, beat)
        python = python_of(deployment, draft / "model", beat=beat) if is_local else ""
        (draft / SERVING_FILE).write_bytes(msgspec.json.encode(_serving(deployment, golden, python)))
        shutil.rmtree(place, ignore_errors=True)
        os.replace(draft, place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(deployment: Deployment, draft: Path, beat: Callable[[], None]) -> tuple[GoldenRequest, ...]:
    fetch_tree(deployment.version.tree_id, draft / "model")
    if deployment.entry == "script":
        if deployment.code is not None:
            fetch_tree(deployment.code.tree_id, draft / CODE_FOLDER)
        else:
            assert deployment.script_id is not None
            store().fetch(deployment.script_id, str(draft / SCRIPT_FILE))
        return ()
    if facts_of(deployment.version, entry=deployment.entry, conversion=deployment.conversion).by_itself:
        return ()
    if deployment.entry == "native":
        return _recorded(draft, beat)
    assert deployment.conversion is not None
    assert deployment.conversion.tree_id is not None
    fetch_tree(deployment.conversion.tree_id, draft / "onnx")
    if not (draft / "onnx" / ONNX_FILE).is_file():
        raise Refusal("conversion_incomplete", f"The conversion has no {ONNX_FILE}.", hint="Convert the model again.")
    return _read_golden(draft / "onnx" / GOLDEN_FILE)


def _recorded(draft: Path, beat: Callable[[], None]) -> tuple[GoldenRequest, ...]:
    """Answers of the original, asked in a process of its own: it opens what was pickled."""
    out = draft / GOLDEN_FILE
    ended = run_module(
        "mlops.packaging.golden",
        ["--model", str(draft / "model"), "--out", str(out)],
        folder=draft,
        seconds=GOLDEN_SECONDS,
        beat=beat,
    )
    if ended.status != 0:
        hint = "Check the model on its page, or deploy it with a script of your own."
        raise Refusal("model_does_not_load", f"The model cannot be loaded: {ended.why}.", hint=hint)
    return _read_golden(out)


def _read_golden(path: Path) -> tuple[GoldenRequest, ...]:
    return msgspec.json.decode(path.read_bytes(), type=tuple[GoldenRequest, ...]) if path.is_file() else ()


def _serving(deployment: Deployment, golden: tuple[GoldenRequest, ...], python: str) -> Serving:
    version, wanted = deployment.version, deployment.wanted
    scripted = deployment.entry == "script"
    facts = facts_of(version, entry=deployment.entry, conversion=deployment.conversion)
    return Serving(
        entry=deployment.entry,  # type: ignore[arg-type]
        endpoint=deployment.endpoint.name,
        deployment=deployment.name,
        model=str(version),
        signature=facts.signature,
        task=facts.task,
        classes=facts.classes,
        framework=facts.framework,
        graph=facts.graph,
        method=wanted.method,
        providers=wanted.providers,
        script=_script_path(deployment) if scripted else "",
        code=CODE_FOLDER if scripted and deployment.code else "",
        model_folder=str(version.properties.get(FOLDER_PROPERTY, "")) if scripted else "",
        python=python,
        variables=wanted.variables,
        golden=golden,
        limits=RequestLimits(
            timeout_seconds=wanted.timeout_seconds, queue_wait_seconds=wanted.queue_wait_seconds, queue=wanted.queue
        ),
        threads=max(1, int(wanted.cpus)),
        cors_origins=tuple(deployment.endpoint.cors_origins),
    )


def _script_path(deployment: Deployment) -> str:
    return f"{CODE_FOLDER}/{deployment.code.script}" if deployment.code else SCRIPT_FILE
