"""The files of a job under the names that Azure ML's CLI gives them: what it left, its log, and its named outputs.

artifacts/outputs/…   artifacts/logs/…   artifacts/user_logs/std_log.txt   named-outputs/NAME/…
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of, open_blob
from mlops.formats.kept import DATA_FILE, META_FILE, own_paths
from mlops.formats.manifest import File
from mlops.formats.refusal import Refusal, nearest
from mlops.runs.files import logged
from mlops.runs.models import DONE_STEP_STATES, LogLine, Run, RunKind, Step
from mlops.scans.policies import require_clean

OUTPUTS, LOGS = "named-outputs", "artifacts/user_logs"
LOG_FILE = "std_log.txt"


class JobFile(msgspec.Struct, frozen=True, kw_only=True):
    """`digest` of its bytes; empty for a log, which is written when it is asked for. `output`: whose file it is."""

    path: str
    digest: str = ""
    size_bytes: int | None = None
    output: str = ""
    step: str = ""


def files_of(run: Run) -> Iterator[JobFile]:
    for one in logged(run):
        yield JobFile(path=one.place, digest=one.digest, size_bytes=one.size_bytes)
    for step in Step.objects.filter(run=run).order_by("pk"):
        if step.component != "dataset":
            yield JobFile(path=log_path(run, step), step=step.node)
    for name, tree in outputs_of(run).items():
        for file in own_files(tree):
            path = f"{OUTPUTS}/{name}/{file.path}"
            yield JobFile(path=path, digest=file.digest, size_bytes=file.size_bytes, output=name)


def outputs_of(run: Run) -> dict[str, str]:
    """Output to tree, each once: by the job's own name for it, else as `STEP.PORT`. Data that went in is none."""
    named = {(one["step"], one["port"]): one["name"] for one in run.snapshot.get("job", {}).get("outputs", [])}
    found = {}
    for step in Step.objects.filter(run=run, state__in=DONE_STEP_STATES).exclude(component="dataset").order_by("pk"):
        for port, output in step.outputs.items():
            alone = port if step.node == "job" else f"{step.node}.{port}"
            found[named.get((step.node, port)) or alone] = str(output["tree"])
    return found


def own_files(tree: str) -> list[File]:
    """What code wrote; of a table that a step of ours made, the table."""
    files = manifest_of(tree).files
    paths = {file.path for file in files}
    own = own_paths(paths, holds_table={DATA_FILE, META_FILE} <= paths) or sorted(paths)
    return [file for file in files if file.path in own]


def log_path(run: Run, step: Step) -> str:
    """Of a pipeline, each step has its own."""
    return f"{LOGS}/{LOG_FILE}" if run.kind != RunKind.PIPELINE else f"{LOGS}/{step.node}/{LOG_FILE}"


def opened(actor: Any, run: Run, path: str) -> BinaryIO:
    """Raises Refusal `file_not_found` with the nearest path, `files_refused` by the project's policy."""
    known = {file.path: file for file in files_of(run)}
    found = known.get(path)
    if found is None:
        raise Refusal(
            "file_not_found",
            _("This job has no file “%(path)s”.") % {"path": path[:200]},
            hint=nearest(path, known),
            status=404,
        )
    if found.digest:
        file = File(path=path, digest=found.digest, size_bytes=found.size_bytes or 0)
        require_clean(actor, run.project, [file], place="download", subject=f"runs/{run.pk}")
        return open_blob(found.digest)
    lines = LogLine.objects.filter(step__run=run, step__node=found.step).order_by("seq")
    return BytesIO("".join(f"{text}\n" for text in lines.values_list("text", flat=True)).encode())
