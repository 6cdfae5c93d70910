"""A function as a pipeline: the jobs that it calls are steps, its arguments inputs, what it returns outputs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import CodeType, FrameType
from typing import Any

from mlops.client.sdk.bindings import Binding, bound
from mlops.client.sdk.io import Input, Output
from mlops.client.sdk.jobs import SCHEMAS, Node, added, open_pipeline


@dataclass(kw_only=True)
class Pipeline(Node):
    """What a pipeline's function makes when it is called: to be submitted, or a step of an outer pipeline."""

    component_name: str
    jobs: dict[str, Node]
    settings: dict[str, Any] = field(default_factory=dict)
    interface: dict[str, Any] = field(default_factory=dict)
    """The function's arguments: values, or Inputs as annotated."""
    returned: dict[str, Binding] = field(default_factory=dict)
    type = "pipeline"
    schema = f"{SCHEMAS}pipelineJob.schema.json"

    def own_fields(self) -> dict[str, Any]:
        jobs = {name: job.fields() for name, job in self.jobs.items()}
        for name, one in self.returned.items():
            jobs[one.of.key].setdefault("outputs", {})[one.name] = f"${{{{parent.outputs.{name}}}}}"
        if self.key:
            return {"component": self._component(jobs)}
        kept = {name: bound(self.given_outputs.get(name, Output())) for name in self.returned}
        return {"settings": self.settings, "jobs": jobs, "outputs": kept}

    def _component(self, jobs: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "pipeline",
            "name": self.component_name,
            "inputs": {name: _declared(one) for name, one in self.interface.items()},
            "outputs": {name: {"type": "uri_folder"} for name in self.returned},
            "jobs": jobs,
        }


class _Steps:
    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def add(self, node: Node) -> None:
        self.nodes.append(node)

    def remove(self, node: Node) -> None:
        self.nodes = [one for one in self.nodes if one is not node]

    def named(self, variables: Mapping[str, Any]) -> dict[str, Node]:
        """By the variable that holds each, else by its name, else by its kind; numbered where that is taken."""
        held = {id(value): name for name, value in variables.items() if isinstance(value, Node)}
        found: dict[str, Node] = {}
        for node in self.nodes:
            wanted = held.get(id(node)) or getattr(node, "component_name", "") or node.name or node.type
            names = (wanted if number == 1 else f"{wanted}_{number}" for number in count(1))
            key = next(name for name in names if name not in found)
            node.key = key
            found[key] = node
        return found


def pipeline(
    function: Callable[..., Any] | None = None,
    *,
    name: str = "",
    display_name: str = "",
    description: str = "",
    experiment_name: str = "",
    tags: Mapping[str, str] | None = None,
    default_compute: str = "",
    compute: str = "",
    continue_on_step_failure: bool | None = None,
    force_rerun: bool | None = None,
) -> Any:
    """Decorates a function whose calls make a Pipeline.

    Within the function its arguments are references, not values. It returns a mapping of outputs, or nothing."""
    settings = {
        "default_compute": default_compute or compute,
        "continue_on_step_failure": continue_on_step_failure,
        "force_rerun": force_rerun,
    }

    def decorate(drawn: Callable[..., Any]) -> Callable[..., Pipeline]:
        signature = inspect.signature(drawn)

        def call(*positional: Any, **named: Any) -> Pipeline:
            given = signature.bind(*positional, **named)
            given.apply_defaults()
            steps = _Steps()
            token = open_pipeline.set(steps)
            try:
                references = {key: Binding(None, key, _declared(one)["type"]) for key, one in given.arguments.items()}
                returned, variables = _call_watched(drawn, references)
            finally:
                open_pipeline.reset(token)
            return added(
                Pipeline(
                    component_name=name or drawn.__name__,
                    display_name=display_name or drawn.__name__.replace("_", " "),
                    description=description or inspect.getdoc(drawn) or "",
                    experiment_name=experiment_name,
                    tags=dict(tags or {}),
                    inputs={key: one for key, one in given.arguments.items() if one is not None},
                    interface=_interface(signature, given.arguments),
                    returned=dict(returned or {}),
                    jobs=steps.named(variables),
                    settings={key: value for key, value in settings.items() if value not in (None, "")},
                )
            )

        call.__name__, call.__doc__ = drawn.__name__, drawn.__doc__
        return call

    return decorate if function is None else decorate(function)


def _call_watched(drawn: Callable[..., Any], arguments: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """What the function returns, and its variables at that moment: they name its steps."""
    code: CodeType = drawn.__code__
    variables: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "return" and frame.f_code is code:
            variables.update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        return drawn(**arguments), variables
    finally:
        sys.setprofile(before)


def _interface(signature: inspect.Signature, arguments: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in arguments.items():
        annotated = signature.parameters[key].annotation
        found[key] = annotated if isinstance(annotated, Input) else value
    return found


def _declared(one: Any) -> dict[str, Any]:
    if isinstance(one, Input):
        return {key: value for key, value in one.fields().items() if key not in ("path", "mode")}
    if isinstance(one, Binding):
        return {"type": one.type}
    kind = {bool: "boolean", int: "integer", float: "number", str: "string"}.get(type(one), "string")
    return {"type": kind, "default": one}
