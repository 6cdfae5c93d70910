"""The tab Snapshot: the code that ran and where it came from, the data, the versions, the frozen graph."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from django.http import HttpRequest

from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.code_source import git_properties
from mlops.formats.pipeline import DATASET_COMPONENT, PipelineSpec
from mlops.formats.refusal import Refusal
from mlops.runs.code import folders_of, git_of, text_of
from mlops.runs.files import file_at, ran
from mlops.runs.models import Run, Step
from mlops.runs.preview import preview
from mlops.web.pages.run_files import tree_of


def context(request: HttpRequest, run: Run, steps: list[Step]) -> dict[str, Any]:
    spec = msgspec.convert(run.spec, type=PipelineSpec)
    datasets = [node.parameters for node in spec.nodes if node.component == DATASET_COMPONENT]
    place, git = request.GET.get("file", ""), git_of(run)
    found: dict[str, Any] = {
        "spec_json": json.dumps(run.spec, indent=2, ensure_ascii=False),
        "source_yaml": as_yaml(run.source) if run.source else "",
        "versions": run.snapshot.get("versions", {}).items(),
        "datasets": [_named(one) for one in datasets],
        "code": folders_of(run),
        "git": git,
        "git_properties": git_properties(git).items() if git else (),
        "diff": _diff(run),
        "place": place,
        **tree_of(run, list(ran(run)), opened=place),
    }
    if place:
        try:
            file = file_at(run, place)
            found |= {"file": file, "seen": preview(file)}
        except Refusal as refusal:
            found["problem"] = refusal
    return found


def _named(given: dict[str, Any]) -> str:
    return f"{given.get('dataset')}:{given.get('version')}" if given.get("dataset") else str(given.get("uri", ""))


def _diff(run: Run) -> str:
    digest = run.snapshot.get("git", {}).get("diff", "")
    try:
        return text_of(digest) or "" if digest else ""
    except Refusal:
        return ""
