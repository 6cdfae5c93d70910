"""What a step is ordered to do and what it reports; the files through which worker and step process talk."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mlops.formats.definition import Definition
from mlops.formats.refusal import Where

ORDER_FILE = "order.json"
REPORT_FILE = "report.json"
PROGRESS_FILE = "progress.jsonl"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`memory_bytes` bounds the data segment (RLIMIT_DATA) of each process; None means no limit."""

    memory_bytes: int | None = None
    wall_seconds: float | None = None
    file_bytes: int | None = None
    open_files: int | None = 1024
    processes: int | None = None
    """At once, beside the step's own."""
    disk_bytes: int | None = None
    """Below its work and output folders together."""
    free_bytes: int | None = None
    """Of the disk, below which a step that writes is stopped."""


class Walls(msgspec.Struct, frozen=True, kw_only=True):
    """What a step's process is confined to: `mode` is `required`, `preferred` or `off` (mlops.confinement).

    `forbidden`: folders of the server; `readable`: what its administrator shows to all steps."""

    mode: Literal["required", "preferred", "off"] = "preferred"
    forbidden: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()


class StepOrder(msgspec.Struct, frozen=True, kw_only=True):
    """`inputs` and `outputs`: port to folder. A dataset node is ordered as component `dataset`."""

    run: str
    node: str
    component: str
    version: str
    title: str
    parameters: dict[str, Any]
    inputs: dict[str, str]
    outputs: dict[str, str]
    work_dir: str
    seed: int = 42
    limits: Limits = Limits()
    walls: Walls = Walls()
    definition: Definition | None = None
    """Of a component that is not built in."""
    code: str = ""
    """The folder with its code."""
    environment: str = ""
    """The folder of its virtual environment; empty: the product's own."""
    image: str = ""
    """The container image that its program runs in; empty: it is a process of the machine."""
    variables: dict[str, str] = {}
    """Environment variables that tell its programs of which run they are."""


class StepError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    message: str
    hint: str = ""
    where: Where = Where()
    traceback: str = ""
    """Only of code that the user wrote, or of a fault of ours (code `internal`)."""


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["completed", "failed"]
    error: StepError | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0


class ProgressLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of `progress.jsonl`, appended as it happens."""

    kind: Literal["log", "progress", "metric"]
    at: float
    """Unix time, seconds."""
    stream: Literal["log", "stdout", "stderr"] = "log"
    text: str = ""
    share: float | None = None
    key: str = ""
    value: float | None = None
    """None: `text` has it, `nan`, `inf` or `-inf`."""
    position: int = 0
    """Of a metric: the step of a series."""
