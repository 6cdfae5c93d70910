"""The folder that a local server serves: links to the user's own files, so that an edit is in force at once."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import msgspec

from mlops.client.documents import beside, readable
from mlops.client.errors import WrongUsage
from mlops.client.local.places import SERVER, Local
from mlops.formats.frameworks import Recognised, recognised
from mlops.formats.model import MANIFEST_FILE, ModelManifest
from mlops.formats.refusal import Refusal
from mlops.formats.serving import SERVING_FILE, RequestLimits, Serving


def lay_out(local: Local, fields: dict[str, Any], *, file: str, fetched: Path | None) -> None:
    """Writes the server's folder anew and fills in `entry`, `script` and `model`.

    `fetched` is a zip with a registered model's files. Raises Refusal where nothing says how to score."""
    draft = local.folder / f".{SERVER}"
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "model").mkdir(parents=True)
    local.model = _model(draft / "model", fields.get("model"), file=file, fetched=fetched)
    code, script = _script(fields.get("code_configuration"), file=file)
    known = Recognised(entry="script") if script else _known(draft / "model", local.model)
    local.script, local.entry = str(script or ""), known.entry
    settings = fields.get("request_settings") or {}
    serving = Serving(
        entry=local.entry,  # type: ignore[arg-type]
        endpoint=local.endpoint,
        deployment=local.name,
        model=local.model,
        signature=None,
        **_of_manifest(draft / "model"),
        framework=known.framework,  # type: ignore[arg-type]
        graph=known.graph,
        script=local.script,
        code=str(code or ""),
        python=local.python,
        variables={str(key): str(value) for key, value in (fields.get("environment_variables") or {}).items()},
        limits=RequestLimits(
            timeout_seconds=float(settings.get("request_timeout_ms") or 60_000) / 1000,
            queue_wait_seconds=float(settings.get("max_queue_wait_ms") or 500) / 1000,
        ),
    )
    (draft / SERVING_FILE).write_bytes(msgspec.json.encode(serving))
    place = local.folder / SERVER
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)


def _model(place: Path, given: Any, *, file: str, fetched: Path | None) -> str:
    """Puts the model's files there and says what it is called, `name:version`."""
    if fetched is not None:
        with zipfile.ZipFile(fetched) as archive:
            archive.extractall(place)
        return str(given).removeprefix("azureml:")
    if not given:
        return "none:0"
    path = given.get("path") if isinstance(given, dict) else given
    if not path:
        raise WrongUsage("model_missing", "The model has no path.", hint="model: {path: ../model}")
    found = readable(beside(file, str(path)))
    name = str(given.get("name") or found.stem) if isinstance(given, dict) else found.stem
    version = str(given.get("version") or "local") if isinstance(given, dict) else "local"
    (place / found.name).symlink_to(found)
    for child in sorted(found.iterdir()) if found.is_dir() else []:
        if child.name != found.name:
            (place / child.name).symlink_to(child)
    return f"{name}:{version}"


def _script(configuration: Any, *, file: str) -> tuple[Path | None, Path | None]:
    """The code folder and the script in it."""
    if not configuration:
        return None, None
    name = configuration.get("scoring_script") or ""
    if not name:
        hint = "scoring_script: score.py"
        raise WrongUsage("script_missing", "code_configuration names no scoring_script.", hint=hint)
    code = readable(beside(file, str(configuration.get("code") or "."))).resolve()
    return code, readable(code / str(name))


def _known(model: Path, name: str) -> Recognised:
    if (model / MANIFEST_FILE).is_file():
        return Recognised(entry="native")
    known = recognised([entry.name for entry in model.iterdir()])
    if known is not None:
        return known
    held = ", ".join(sorted(os.listdir(model))) or "nothing"
    raise Refusal(
        "script_missing",
        f"Nothing says how to score with {name}, which holds {held}.",
        hint="Name a script: code_configuration: {code: src, scoring_script: score.py}.",
    )


def _of_manifest(model: Path) -> dict[str, Any]:
    """What our own models say of themselves."""
    path = model / MANIFEST_FILE
    if not path.is_file():
        return {}
    manifest = msgspec.json.decode(path.read_bytes(), type=ModelManifest)
    return {"task": manifest.task, "classes": manifest.classes}
