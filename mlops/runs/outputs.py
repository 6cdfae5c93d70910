"""What lies at a port of a step: a page of a table, a model's facts, or the contents of anything else."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of, open_blob
from mlops.datasets.children import ask_child, local_file
from mlops.datasets.models import DatasetVersion
from mlops.formats.evaluation import EVALUATION_FILE
from mlops.formats.finding import FINDING_FILE
from mlops.formats.manifest import Manifest
from mlops.formats.model import IMPORTANCE_FILE, MANIFEST_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.transform import FittedTransform, TableMeta

MOST_ROWS = 500


def look(output: dict[str, str], *, offset: int = 0, limit: int = 50) -> dict[str, Any]:
    """`output`: {"type", "tree"} as in Step.outputs. Files with pickles in them are never opened here."""
    files = manifest_of(output["tree"])
    if output["type"] in ("table", "image_directory", "zip") and _has(files, "data.parquet"):
        found = _table(files, offset=max(offset, 0), limit=min(max(limit, 1), MOST_ROWS))
        return found if found["profile"] else found | {"profile": _profile_of_dataset(output["tree"])}
    if output["type"] == "model":
        importance = _json(files, IMPORTANCE_FILE) if _has(files, IMPORTANCE_FILE) else {}
        return {"type": "model", **_json(files, MANIFEST_FILE), "importance": importance}
    return {"type": output["type"], "summary": _summary(output["type"], files)}


def views(outputs: dict[str, dict[str, str]]) -> list[str]:
    """What a step found beside its tables, each as JSON: an evaluation or a finding."""
    found = []
    for output in outputs.values():
        if output["type"] == "table":
            files = manifest_of(output["tree"])
            names = (("evaluation", EVALUATION_FILE), ("finding", FINDING_FILE))
            beside = {name: _json(files, file) for name, file in names if _has(files, file)}
            found += [json.dumps(beside)] if beside else []
    return found


def _table(files: Manifest, *, offset: int, limit: int) -> dict[str, Any]:
    meta = msgspec.convert(_json(files, "meta.json"), type=TableMeta)
    profile = _json(files, "profile.json") if _has(files, "profile.json") else None
    with local_file(_digest(files, "data.parquet"), name="data.parquet") as path:
        page = ask_child("rows", path=path, offset=offset, rows=limit)
    return {
        "type": "table",
        "schema": msgspec.to_builtins(meta.schema),
        "row_count": meta.schema.row_count if profile is None else profile["row_count"],
        "rows": page["rows"],
        "profile": profile,
        "evaluation": _json(files, EVALUATION_FILE) if _has(files, EVALUATION_FILE) else None,
        "finding": _json(files, FINDING_FILE) if _has(files, FINDING_FILE) else None,
        "recipe": msgspec.to_builtins(meta.recipe),
        "sources": list(meta.sources),
    }


def _profile_of_dataset(tree: str) -> Any:
    """A dataset's profile lies in its row, because its tree names the version for ever."""
    return DatasetVersion.objects.filter(tree=tree).values_list("profile", flat=True).first()


def _summary(kind: str, files: Manifest) -> list[dict[str, Any]]:
    if kind == "untrained_model" and _has(files, "learner.json"):
        learner = _json(files, "learner.json")
        rows = [{"label": _("Learner"), "value": learner.get("component", "")}]
        return rows + [{"label": name, "value": value} for name, value in learner.get("parameters", {}).items()]
    if kind == "transformation" and _has(files, "transform.json"):
        fitted = msgspec.convert(_json(files, "transform.json"), type=FittedTransform)
        return [
            {"label": f"{number}. {one['kind'].replace('_', ' ')}", "value": _told(one)}
            for number, one in enumerate(map(msgspec.to_builtins, fitted.transforms), start=1)
        ]
    return [{"label": file.path, "value": file.size_bytes} for file in files.files]


def _told(transform: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in transform.items() if name != "kind")


def _has(files: Manifest, path: str) -> bool:
    return any(file.path == path for file in files.files)


def _digest(files: Manifest, path: str) -> str:
    for file in files.files:
        if file.path == path:
            return file.digest
    raise Refusal(
        "file_not_found",
        _("This output has no file “%(path)s”.") % {"path": path},
        hint=_("Run the step again."),
        status=410,
    )


def _json(files: Manifest, path: str) -> dict[str, Any]:
    with open_blob(_digest(files, path)) as source:
        found: dict[str, Any] = json.loads(source.read())
    return found
