"""YAML files as they are, with single fields set anew: `load_job("job.yml", params_override=[{"tags.a": "b"}])`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(kw_only=True)
class Loaded:
    """A file that a command will read. `noun`: what it describes, as the commands say it."""

    noun: str
    path: str
    set: dict[str, Any] = field(default_factory=dict)

    def __call__(self, **inputs: Any) -> Any:
        """A component becomes a step, with these inputs."""
        from mlops.client.sdk.jobs import Command, added
        from mlops.client.sdk.writing import local

        if self.noun != "component":
            raise TypeError(f"A {self.noun} cannot be called; a component can.")
        return added(Command(component=local(self.path), inputs=inputs, name=Path(self.path).stem.replace("-", "_")))


def _loader(noun: str) -> Callable[..., Loaded]:
    def load(source: str | Path, *, params_override: Iterable[Mapping[str, Any]] = ()) -> Loaded:
        """`params_override`: fields by their dotted path. Nothing is read before it is created."""
        given = {key: value for one in params_override for key, value in one.items()}
        return Loaded(noun=noun, path=str(source), set=given)

    return load


load_job = _loader("job")
load_component = _loader("component")
load_data = _loader("data")
load_datastore = _loader("datastore")
load_environment = _loader("environment")
load_model = _loader("model")
load_schedule = _loader("schedule")
load_online_endpoint = _loader("online-endpoint")
load_online_deployment = _loader("online-deployment")
load_batch_endpoint = _loader("batch-endpoint")
load_batch_deployment = _loader("batch-deployment")
