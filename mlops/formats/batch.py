"""Batch scoring: how a deployment scores a whole input, and what its child processes are told and tell."""

from __future__ import annotations

from typing import Literal

import msgspec

from mlops.formats.definition import Requirements
from mlops.formats.model import Signature
from mlops.formats.serving import Framework

ORDER_FILE = "order.json"

BatchEntry = Literal["onnx", "native", "mlflow", "script"]
OutputAction = Literal["append_row", "file_per_input", "summary_only"]
LoggingLevel = Literal["WARNING", "INFO", "DEBUG"]
InputKind = Literal["table", "files"]
Form = Literal["table", "objects", "lines", "none"]


class RetrySettings(msgspec.Struct, frozen=True, kw_only=True):
    """Of one mini-batch: how often it is tried again, and how long one try may take."""

    max_retries: int = 3
    timeout_seconds: float = 60.0


class BatchSettings(msgspec.Struct, frozen=True, kw_only=True):
    mini_batch_size: int | None = None
    """Files in a mini-batch, or rows of a table. None: 10 files, or rows of about `mini_batch_bytes`."""
    mini_batch_bytes: int = 1024 * 1024
    """Of a table as it is stored; counts where no size is given."""
    max_concurrency_per_instance: int = 1
    instance_count: int = 1
    """instance_count x max_concurrency_per_instance child processes score at once, on whatever workers there are."""
    error_threshold: int = -1
    """So many rows or files of the whole input may fail; -1 ignores all."""
    retry: RetrySettings = RetrySettings()
    output_action: OutputAction = "append_row"
    output_file_name: str = "predictions.csv"
    """Its ending says the form: .csv, .parquet, .jsonl or .txt."""
    logging_level: LoggingLevel = "INFO"
    environment_variables: dict[str, str] = {}
    environment: str = ""
    """`server`: the product's own packages, whatever the model or the requirements name."""
    requirements: Requirements = Requirements()
    """Of a script: what has to be installed for it."""

    @property
    def at_once(self) -> int:
        return self.instance_count * self.max_concurrency_per_instance


class PipelineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Of a deployment of a pipeline component: those of the jobs that its calls are."""

    continue_on_step_failure: bool = False
    force_rerun: bool = False


class ScoringOrder(msgspec.Struct, frozen=True, kw_only=True):
    """`order.json` in a child's folder: what it loads. `model/`, `onnx/` and `code/` are beside it."""

    entry: BatchEntry
    input_kind: InputKind
    signature: Signature | None = None
    task: str = ""
    classes: tuple[str, ...] = ()
    framework: Framework = ""
    """Of a file in `model/` that was not trained here."""
    graph: str = ""
    """An ONNX file that needs no conversion, such as `model/model.onnx`."""
    script: str = ""
    """Path of the scoring script below `code/`."""
    python: str = ""
    """The interpreter of the script's or model's own environment; empty: the child's own."""
    logging_level: LoggingLevel = "INFO"
    keeps_rows: bool = True
    """Whether results are written, or only counted (summary_only)."""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mini-batch: rows of one table, or several files. It never crosses a table's file."""

    files: tuple[int, ...]
    """Places in the plan's list of files; of a table exactly one."""
    start: int = 0
    """The first row, from 0, of a table."""
    rows: int = 0
    """0 where the input is files."""

    @property
    def items(self) -> int:
        return self.rows or len(self.files)


class InputFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of the input, kept by its digest. `rows` of a table."""

    name: str
    digest: str
    size_bytes: int = 0
    rows: int = 0


class ErrorRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row or file that has no result. `row` counts from 1 in its file, 0 where it is a whole file."""

    file: str
    row: int
    code: str
    reason: str
    values: str = ""
    """The row as JSON."""


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """A child's answer about one mini-batch: what it wrote, and the first of its errors."""

    items: int
    succeeded: int
    failed: int
    form: Form
    """What lies at `out`: Parquet, one JSON object per line, or one JSON value per line."""
    errors: tuple[ErrorRow, ...] = ()
    seconds: float = 0.0


class AssemblyPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mini-batch as it goes into the output; `failed_reason` where all of it failed."""

    files: tuple[int, ...]
    start: int = 0
    rows: int = 0
    out: str = ""
    errors: str = ""
    form: Form = "none"
    failed_code: str = ""
    failed_reason: str = ""


class AssemblyOrder(msgspec.Struct, frozen=True, kw_only=True):
    parts: tuple[AssemblyPart, ...]
    """In the order of the input."""
    files: tuple[str, ...]
    """Names of the input's files."""
    output_action: OutputAction
    output_file_name: str
    target: str
    """The folder that gets `scored/`, `files/` and `errors/`."""
    sources: tuple[str, ...] = ()


class Assembled(msgspec.Struct, frozen=True, kw_only=True):
    """`columns`, `rows`: of the table in `scored/`; rows without a table are lines."""

    rows: int
    error_rows: int
    has_table: bool
    files: tuple[str, ...]
    columns: tuple[str, ...] = ()
