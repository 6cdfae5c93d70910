"""Runs a parallel job in the step's process: cuts its input, starts the driver, tells how far it is."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.blocks.custom.commands import copied_code
from mlops.blocks.custom.handing import hand_over, place_for, tables_of, take_back
from mlops.blocks.custom.parallel import driver
from mlops.blocks.custom.parallel.cutting import cut
from mlops.blocks.custom.process import python_of, run_program
from mlops.blocks.custom.wording import worded
from mlops.formats.kept import DATA_FILE
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.spoken import gettext as _

if TYPE_CHECKING:
    from mlops.blocks.call import Reporter
    from mlops.formats.component import Component, Port
    from mlops.formats.definition import FileForm, Parallel
    from mlops.formats.step import StepOrder

MOST_PROCESSES = 64
LOOK_SECONDS = 0.5
APPENDED_FILE = "parallel_run_step.txt"


def run_parallel(
    order: StepOrder, component: Component, how: Parallel, parameters: Mapping[str, Any], report: Reporter
) -> None:
    """Raises Refusal `entry_script_missing`, `mini_batches_failed` with the first reasons, and those of `cut`."""
    work = Path(order.work_dir)
    code = copied_code(order)
    script = _script(code, how.entry_script)
    values = {name: str(value) for name, value in parameters.items() if value is not None}
    for port in component.inputs:
        if port.name in order.inputs:
            form = how.forms.get(port.name, "uri_folder")
            values[port.name] = str(_handed(port, form, Path(order.inputs[port.name]), work / "in"))
    places = {
        port.name: place_for(port, how.forms.get(port.name, "uri_folder"), work / "out") for port in component.outputs
    }
    words = worded(how.arguments, values, {name: str(path) for name, path in places.items()})
    exchange = work / "exchange"
    exchange.mkdir()
    form = how.forms.get(how.plan.input, "uri_folder")
    with (exchange / "batches.jsonl").open("w", encoding="utf-8") as listed:
        for batch in cut(how.plan, form, Path(values[how.plan.input]), exchange):
            listed.write(json.dumps(batch) + "\n")
    result = _result(places[how.plan.append_to]) if how.plan.append_to else None
    _write_settings(exchange, how, script, shlex.split(words), result)
    with _progress_told(exchange / "progress.json", report):
        _drive(order, how, code, exchange, report)
    given = tables_of(order)
    for port in component.outputs:
        take_back(port, places[port.name], Path(order.outputs[port.name]), given, order.title)


def _handed(port: Port, form: FileForm, source: Path, folder: Path) -> Path:
    """A user's own MLTable stays as it is."""
    if form != "mltable" or (source / DATA_FILE).exists():
        return hand_over(port, form, source, folder)
    return Path(shutil.copytree(source, folder / port.name, copy_function=shutil.copyfile))


def _script(code: Path, written: str) -> Path:
    script = (code / written).resolve()
    if script.is_relative_to(code.resolve()) and script.is_file():
        return script
    known = [path.relative_to(code).as_posix() for path in sorted(code.rglob("*.py"))]
    hint = nearest(written, known) or (_("It has: %(join)s.") % {"join": ", ".join(known[:10]) or _("no Python file")})
    raise Refusal(
        "entry_script_missing",
        _("The code has no entry script “%(written)s”.") % {"written": written},
        hint=hint,
        status=422,
    )


def _result(place: Path) -> Path:
    """The file that is appended to: the output itself, or one in its folder."""
    file = place / APPENDED_FILE if place.is_dir() else place
    file.touch()
    return file


def _write_settings(exchange: Path, how: Parallel, script: Path, arguments: list[str], result: Path | None) -> None:
    plan = how.plan
    processes = plan.concurrency or max(1, len(os.sched_getaffinity(0)))
    settings = {
        "script": str(script),
        "arguments": arguments,
        "level": plan.logging_level,
        "concurrency": min(processes * how.resources.instance_count, MOST_PROCESSES),
        "max_retries": plan.max_retries,
        "timeout": plan.timeout_seconds,
        "mini_batch_error_threshold": plan.mini_batch_error_threshold,
        "error_threshold": plan.error_threshold,
        "allowed_failed_percent": plan.allowed_failed_percent,
        "result": str(result) if result else "",
    }
    (exchange / "settings.json").write_text(json.dumps(settings))


def _drive(order: StepOrder, how: Parallel, code: Path, exchange: Path, report: Reporter) -> None:
    words = [python_of(order), driver.__file__, str(exchange)]
    try:
        run_program(words, order=order, cwd=code, variables=how.variables, report=report)
    except Refusal:
        told = _report(exchange)
        if not told.get("over"):
            raise
        first = f" The first: {told['told'][0]}." if told.get("told") else ""
        raise Refusal(
            "mini_batches_failed",
            f"{told['over'].rstrip('.')}.{first}",
            hint=_("The log shows what each process printed. Correct the entry script, or allow more errors."),
            status=422,
        ) from None
    finally:
        told = _report(exchange)
        for name in ("mini_batches", "failed", "items", "succeeded", "errors", "retries"):
            if name in told:
                report.metric(f"parallel/{name}", float(told[name]))


def _report(exchange: Path) -> dict[str, Any]:
    file = exchange / "report.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


@contextmanager
def _progress_told(file: Path, report: Reporter) -> Iterator[None]:
    ended = threading.Event()

    def tell() -> None:
        before = 0
        while not ended.wait(LOOK_SECONDS):
            if file.exists():
                told = json.loads(file.read_text())
                if told["done"] > before:
                    before = told["done"]
                    report.progress(before / max(1, told["total"]))

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
