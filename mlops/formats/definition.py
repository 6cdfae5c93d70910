"""A component of a project: the interface that a drawing sees, and how it is carried out.

A run carries the definitions that it uses with it, so that a later version changes no old run."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from mlops.formats.component import Component, Parameter
from mlops.formats.document import Document
from mlops.formats.parallel import ParallelPlan
from mlops.formats.pipeline import PipelineSpec
from mlops.formats.sweep import SweepPlan

FileForm = Literal["uri_file", "uri_folder", "mltable", "mlflow_model", "custom_model", "triton_model"]
"""How a command gets a value: `uri_file` is a file (a table that no file was made of: CSV), `mltable` a folder with an
MLTable file, the others the folder as it was kept (a table is `data.parquet` in it)."""


class Requirements(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an environment holds: equal requirements are one environment, whatever it is called. Without any of it the
    product's own environment serves."""

    packages: tuple[str, ...] = ()
    """Lines of a requirements file (PEP 508)."""
    python: str = ""
    """Such as `3.12`; empty: the product's own."""
    conda: tuple[str, ...] = ()
    """What only conda has, as its files write it (`name=version`); built where micromamba or conda is found."""
    channels: tuple[str, ...] = ()
    image: str = ""
    """A container image to run in."""
    build: str = ""
    """The digest of the tree that an image is built from."""
    dockerfile: str = ""
    """The path of its Dockerfile in that tree; empty: `Dockerfile`."""
    constraints: tuple[str, ...] = ()
    """Lines that limit versions and ask for nothing (`pip -c`)."""
    options: tuple[str, ...] = ()
    """Of a requirements file: `--extra-index-url URL`, `--pre` and the like."""
    hashes: dict[str, tuple[str, ...]] = {}
    """By package, what its files must hash to (`sha256:…`)."""
    edition: int = 0
    """Counts explicit rebuilds: the same requirements, resolved anew."""

    @property
    def is_own(self) -> bool:
        return bool(self.packages or self.python or self.conda or self.is_image)

    @property
    def is_image(self) -> bool:
        return bool(self.image or self.build)


class Resources(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a job asks for, and how long it may take."""

    instance_count: int = 1
    processes_per_instance: int = 1
    distribution: Literal["", "pytorch", "tensorflow", "mpi", "ray"] = ""
    timeout_seconds: float | None = None
    shm_size: str = ""
    docker_args: tuple[str, ...] = ()
    cpus: float = 0.0
    """This and what follows: what the worker must have that runs it. 0 or empty: nothing is asked."""
    memory_bytes: int = 0
    gpus: int = 0
    labels: dict[str, str] = {}


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="command", tag_field="kind"):
    """A command line, as in a `commandComponent`, with `${{inputs.x}}`, `${{outputs.y}}` and optional `$[[parts]]`."""

    command: str
    code: str = ""
    """The digest of the tree that is the command's current directory; empty: an empty folder."""
    forms: dict[str, FileForm] = {}
    """By port, of inputs and outputs."""
    requirements: Requirements = Requirements()
    environment: str = ""
    """The registered environment that the requirements are of, as `name:version`."""
    variables: dict[str, str] = {}
    """Environment variables."""
    resources: Resources = Resources()


class Function(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="function", tag_field="kind"):
    """A function of a Python file. Tables come and go as pandas data frames, other ports as folders (`Path`)."""

    code: str
    file: str
    name: str
    requirements: Requirements = Requirements()
    variables: dict[str, str] = {}


class Sweep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="sweep", tag_field="kind"):
    """Trials of one command with varied values. The component's outputs are those of the best trial."""

    trial: Command
    plan: SweepPlan
    varied: tuple[Parameter, ...] = ()
    """What the trial's component takes beside the parameters of the sweep's: one for each name of the search space."""


class Parallel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="parallel", tag_field="kind"):
    """An entry script with `init()` and `run(mini_batch)`, called for each part of its input by several processes."""

    code: str
    entry_script: str
    """In the code's folder."""
    arguments: str = ""
    """The words after it, with `${{inputs.x}}`, `${{outputs.y}}` and optional `$[[parts]]`."""
    plan: ParallelPlan
    forms: dict[str, FileForm] = {}
    requirements: Requirements = Requirements()
    environment: str = ""
    variables: dict[str, str] = {}
    resources: Resources = Resources()


class End(msgspec.Struct, frozen=True, kw_only=True):
    node: str
    port: str


class Graph(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="graph", tag_field="kind"):
    """A pipeline as a component. Inner nodes take the card's parameters by `{"$parameter": NAME}`."""

    document: Document
    """As drawn; `spec` is the same, frozen."""
    spec: PipelineSpec
    inputs: dict[str, tuple[End, ...]] = {}
    """Each input port leads to one or more inner inputs."""
    outputs: dict[str, End] = {}


How = Command | Function | Graph | Sweep | Parallel


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    component: Component
    how: How

    def digest(self) -> str:
        """Of everything but the version's name, the name of its environment and how long it may take: equal digests
        do equal work."""
        how = self.how
        if isinstance(how, Sweep):
            how = msgspec.structs.replace(how, trial=_unlabelled(how.trial))
        elif isinstance(how, Command | Parallel):
            how = _unlabelled(how)
        component = msgspec.structs.replace(self.component, version="")
        plain = msgspec.structs.replace(self, component=component, how=how)
        return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()

    def trial(self) -> Definition:
        """Of a sweep: what each of its trials carries out."""
        assert isinstance(self.how, Sweep)
        parameters = (*self.component.parameters, *self.how.varied)
        return Definition(component=msgspec.structs.replace(self.component, parameters=parameters), how=self.how.trial)


def _unlabelled(how: Any) -> Any:
    """Of a command or a parallel job."""
    resources = msgspec.structs.replace(how.resources, timeout_seconds=None)
    return msgspec.structs.replace(how, environment="", resources=resources)


def code_of(definition: Definition) -> str:
    """The digest of the tree of its code; of a sweep, that of its trial. Empty without."""
    how = definition.how.trial if isinstance(definition.how, Sweep) else definition.how
    return "" if isinstance(how, Graph) else how.code


def key_of(name: str, version: str) -> str:
    return f"{name}@{version}"
