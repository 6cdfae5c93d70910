"""The outputs of a run's steps, with the words of their components, and how one becomes a data asset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops.datasets.assets import NewAsset, create_asset
from mlops.datasets.models import AssetType, DatasetVersion
from mlops.execution.library import library_of
from mlops.formats.refusal import Refusal
from mlops.registry.models import ModelVersion
from mlops.runs.model_places import ModelPlace, manifest_at, models_of
from mlops.runs.models import Run, Step


def outputs_of(run: Run, steps: list[Step]) -> list[tuple[Step, str, dict[str, Any], str]]:
    """Step, port, output and the port's label, in the order of the component's ports."""
    found = []
    for step in steps:
        labels = _labels(step) if step.outputs else {}
        ports = sorted(step.outputs, key=list(labels).index) if step.outputs.keys() <= labels.keys() else step.outputs
        found += [(step, port, step.outputs[port], labels.get(port, port)) for port in ports]
    return found


def models_made(run: Run) -> list[tuple[ModelPlace, list[ModelVersion]]]:
    """Models among its files, each with the versions that it was registered as from this run."""
    registered: dict[str, list[ModelVersion]] = {}
    for version in ModelVersion.objects.filter(run=run).select_related("model"):
        registered.setdefault(version.tree_id, []).append(version)
    places = models_of(run)
    return [(one, registered.get(manifest_at(run, one.place).digest(), []) if registered else []) for one in places]


def register_data(actor: Any, run: Run, given: Mapping[str, str]) -> DatasetVersion:
    """The output `node`, `port` as the next version of the data asset `name`. Raises Refusal as `create_asset`."""
    output = f"{given.get('node', '')}.{given.get('port', '')}"
    new = NewAsset(
        name=given.get("name", "").strip(),
        type=given.get("type") or AssetType.URI_FOLDER,
        uri=f"azureml://jobs/{run.pk}/outputs/{output}",
    )
    return create_asset(actor, run.project, new)


def _labels(step: Step) -> dict[str, str]:
    try:
        ports = library_of(step.run).component(step.component, step.version).outputs
    except Refusal:
        return {}
    return {one.name: one.label for one in ports}
