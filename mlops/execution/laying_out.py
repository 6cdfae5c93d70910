"""The folder of a step's attempt: its inputs are laid out there with its order, and in the end it goes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from mlops.blobs.plain_files import remove_folder
from mlops.blobs.trees import fetch_tree
from mlops.execution.frozen import frozen
from mlops.execution.inputs import output_at
from mlops.execution.limits import limits_of, walls
from mlops.execution.naming import variables_of
from mlops.execution.tracking import tracking_variables
from mlops.formats.pipeline import Node
from mlops.formats.step import StepOrder
from mlops.runs.models import Step

_removals = ThreadPoolExecutor(1, thread_name_prefix="removals")
"""Nobody waits for a folder to be gone; what an ended worker leaves, the sweep removes."""


def folder_of(step: Step) -> Path:
    """Where this attempt's files lie while it runs."""
    return Path(settings.DATA_DIR) / "steps" / f"{step.pk}-{step.attempt}"


def feeding(*steps: Step) -> dict[str, Step]:
    """By their nodes, the steps that made what these take; all are of one run."""
    run = steps[0].run
    spec = frozen(run).spec
    sources = {edge.source for step in steps for edge in spec.inputs_of(step.node)}
    return {one.node: one for one in Step.objects.filter(run=run, node__in=sources)}


def trees_into(step: Step, made_by: Mapping[str, Step]) -> dict[str, str]:
    """Port to the digest of what flows into it; an optional input may have nothing, or the step would not wait."""
    spec, library = frozen(step.run).spec, frozen(step.run).library
    flowing = ((edge.target_port, output_at(spec, made_by, edge, library)) for edge in spec.inputs_of(step.node))
    return {port: one["tree"] for port, one in flowing if one is not None}


def lay_out(step: Step, made_by: Mapping[str, Step]) -> StepOrder:
    """`made_by`: as `feeding` found. Raises Refusal where bytes of an input are not there."""
    spec, library, folder = frozen(step.run).spec, frozen(step.run).library, folder_of(step)
    node = spec.node(step.node)
    assert node is not None
    trees = trees_into(step, made_by)
    inputs = {port: str(folder / "inputs" / port) for port in trees}
    step.input_bytes = sum(fetch_tree(tree, Path(inputs[port])) for port, tree in trees.items())
    definition = library.definition(node.component, node.version)
    ports = library.component(node.component, node.version).outputs
    outputs = {port.name: str(folder / "outputs" / port.name) for port in ports}
    (folder / "work").mkdir(parents=True, exist_ok=True)
    (folder / "outputs").mkdir()
    for path in outputs.values():
        Path(path).mkdir()
    code = getattr(definition.how, "code", "") if definition else ""
    if code:
        fetch_tree(code, folder / "code")
    return StepOrder(
        run=str(step.run_id),
        node=node.id,
        component=node.component,
        version=node.version,
        title=step.title,
        parameters=node.parameters,
        inputs=inputs,
        outputs=outputs,
        work_dir=str(folder / "work"),
        seed=_seed(node),
        limits=limits_of(definition),
        walls=walls(),
        variables=variables_of(step.run, node.id) | tracking_variables(step, definition),
        definition=definition,
        code=str(folder / "code") if code else "",
    )


def take_away(folder: Path) -> None:
    """Its name is free at once, for another attempt or another worker; what it holds goes in the background."""
    gone = folder.with_name(f"gone-{uuid4().hex}")
    with contextlib.suppress(FileNotFoundError):
        folder.rename(gone)
        _removals.submit(remove_folder, gone)


def _seed(node: Node) -> int:
    given = node.parameters.get("random_seed")
    return given if isinstance(given, int) and given > 0 else 42
