"""`python -m mlops.scoring.minibatches.assembling FOLDER`: one output of all mini-batches, in the order of the input.

Reads the folder's assembly.json (formats.batch.AssemblyOrder) and writes assembled.json. Streams: nothing of the
results is held in memory at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mlops.formats.batch import Assembled, AssemblyOrder, AssemblyPart, ErrorRow
from mlops.formats.refusal import Refusal
from mlops.scoring.children.pipe import die_with_parent
from mlops.scoring.minibatches.outputs import write_output

ORDER, ANSWER, PROBLEM = "assembly.json", "assembled.json", "problem.json"
ERRORS_FILE = "errors.csv"


def main(folder: Path) -> int:
    die_with_parent()
    order = msgspec.json.decode((folder / ORDER).read_bytes(), type=AssemblyOrder)
    try:
        (folder / ANSWER).write_bytes(msgspec.json.encode(assemble(order, work=folder)))
    except Refusal as refusal:
        (folder / PROBLEM).write_bytes(msgspec.json.encode(refusal.as_problem()))
        return 1
    return 0


def assemble(order: AssemblyOrder, *, work: Path) -> Assembled:
    target = Path(order.target)
    files = target / "files"
    files.mkdir(parents=True, exist_ok=True)
    error_rows = _write_errors(order, files / ERRORS_FILE)
    written = [part for part in order.parts if part.form != "none"]
    if order.output_action == "summary_only" or not written:
        return Assembled(rows=0, error_rows=error_rows, has_table=False, files=_names(files))
    whole = write_output(
        written, name=order.output_file_name, files=files, table=target / "scored", order=order, work=work
    )
    if order.output_action == "file_per_input":
        (files / order.output_file_name).unlink(missing_ok=True)
        for place, parts in _by_file(written):
            name = _named_after(order.files[place], order.output_file_name)
            (files / name).parent.mkdir(parents=True, exist_ok=True)
            write_output(parts, name=name, files=files, table=None, order=order, work=work)
    return Assembled(
        rows=whole.rows, error_rows=error_rows, has_table=whole.has_table, files=_names(files), columns=whole.columns
    )


def _by_file(parts: list[AssemblyPart]) -> Iterator[tuple[int, list[AssemblyPart]]]:
    """A mini-batch never crosses a file where the output is by file."""
    known: dict[int, list[AssemblyPart]] = {}
    for part in parts:
        known.setdefault(part.files[0], []).append(part)
    yield from known.items()


def _named_after(source: str, output: str) -> str:
    """`in/may.csv` and `predictions.parquet` give `in/may.csv.predictions.parquet`."""
    return f"{source}.{output}"


def _write_errors(order: AssemblyOrder, path: Path) -> int:
    """Every row or file without a result, in the order of the input; no file where there is none."""
    import csv

    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("file", "row", "code", "reason", "values"))
        for part in order.parts:
            for error in _errors(part, order):
                table.writerow((error.file, error.row or "", error.code, error.reason, error.values))
                count += 1
    if not count:
        path.unlink()
    return count


def _errors(part: AssemblyPart, order: AssemblyOrder) -> Iterator[ErrorRow]:
    if part.errors:
        with open(part.errors, "rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line, type=ErrorRow)
    if part.failed_reason:
        code, reason = part.failed_code, part.failed_reason
        if part.rows:
            name = order.files[part.files[0]]
            for row in range(part.start + 1, part.start + part.rows + 1):
                yield ErrorRow(file=name, row=row, code=code, reason=reason)
        else:
            for place in part.files:
                yield ErrorRow(file=order.files[place], row=0, code=code, reason=reason)


def _names(files: Path) -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
