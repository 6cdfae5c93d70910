"""References between the steps of a pipeline, and how a value is written where a job takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlops.client.sdk.io import Input, Output
from mlops.client.sdk.writing import local


@dataclass(frozen=True)
class Binding:
    """What a step makes, or what the pipeline is given; `of` is the step, or None for the pipeline itself. `type` is
    that of the input or output."""

    of: Any
    name: str
    type: str = "uri_folder"

    def expression(self) -> str:
        if self.of is None:
            return f"${{{{parent.inputs.{self.name}}}}}"
        return f"${{{{parent.jobs.{self.of.key}.outputs.{self.name}}}}}"


class Ports:
    def __init__(self, step: Any) -> None:
        self._step = step

    def __getattr__(self, name: str) -> Binding:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Binding:
        return Binding(self._step, name, getattr(self._step.given_outputs.get(name), "type", "uri_folder"))

    def __setattr__(self, name: str, value: Any) -> None:
        """`step.outputs.model = Output(…)`: how an output is kept."""
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            self._step.given_outputs[name] = value


def bound(value: Any) -> Any:
    """As a YAML file holds it."""
    if isinstance(value, Binding):
        return value.expression()
    if isinstance(value, Input | Output):
        fields = value.fields()
        if isinstance(fields.get("path"), Binding):
            return fields | {"path": fields["path"].expression()}
        return fields | ({"path": local(fields["path"])} if "path" in fields else {})
    return value
