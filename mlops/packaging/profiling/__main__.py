"""`python -m mlops.packaging.profiling --folder DIR`: measures what lies in the folder.

There are `serve/` (a scoring server's folder), `order.json`, and requests (profiling.bodies). Writes `progress.json`
meanwhile, then `report.json` or `error.json`; the servers' log is `server.log`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import msgspec

from mlops.formats.profiling import ProfileOrder, Progress
from mlops.formats.refusal import Refusal
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.formats.step import StepError
from mlops.packaging.child import THREADS
from mlops.packaging.limits import ends_with_parent
from mlops.packaging.profiling.bodies import read_requests
from mlops.packaging.profiling.containers import started_container
from mlops.packaging.profiling.servers import started
from mlops.packaging.profiling.sweep import Start, Sweep

ORDER_FILE, PROGRESS_FILE, REPORT_FILE, ERROR_FILE = "order.json", "progress.json", "report.json", "error.json"
LOG_FILE = "server.log"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`column`: of the dataset, where it holds whole requests as texts. `engine`: empty for DOCKER_HOST."""

    order: ProfileOrder
    column: str = ""
    image: str = ""
    """What an engine runs instead of the folder `serve/`."""
    engine: str = ""


def profile(folder: Path) -> None:
    task = msgspec.json.decode((folder / ORDER_FILE).read_bytes(), type=Task)
    serving = msgspec.json.decode((folder / "serve" / SERVING_FILE).read_bytes(), type=Serving)
    signature = None if serving.entry == "script" else serving.signature
    requests = read_requests(
        folder, signature=signature, column=task.column, takes_rows=bool(serving.framework or serving.graph)
    )
    sweep = Sweep(
        task.order,
        requests,
        start=_start(folder, task),
        tell=lambda progress: _write(folder / PROGRESS_FILE, progress),
    )
    _write(folder / REPORT_FILE, sweep.run())


def _start(folder: Path, task: Task) -> Start:
    log = folder / LOG_FILE
    if task.image:
        return lambda cores, memory: started_container(
            task.image, engine=task.engine, cores=cores, memory_bytes=memory, log=log
        )
    return lambda cores, memory: started(folder / "serve", cores=cores, memory_bytes=memory, log=log)


def _write(path: Path, value: object) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(value))
    os.replace(part, path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.packaging.profiling")
    parser.add_argument("--folder", required=True, type=Path)
    folder: Path = parser.parse_args().folder
    ends_with_parent()
    for name in THREADS:
        os.environ.pop(name, None)
    _write(folder / PROGRESS_FILE, Progress(share=0.0, doing="Reading the requests."))
    try:
        profile(folder)
    except Refusal as refusal:
        error = StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=refusal.where)
        _write(folder / ERROR_FILE, error)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
