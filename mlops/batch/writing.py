"""Writing a job's output: the results of all mini-batches in the order of the input, as files and as a dataset."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.batch.ending import complete
from mlops.batch.folders import new_folder
from mlops.batch.inputs import Asked
from mlops.batch.journal import say
from mlops.batch.leases import Hold
from mlops.batch.models import BatchJob, MiniBatch
from mlops.batch.settings import settings_of
from mlops.blobs.stores import store
from mlops.datasets.actions import create_dataset, receive
from mlops.formats.batch import Assembled, AssemblyOrder, AssemblyPart, InputFile, Part
from mlops.formats.refusal import Refusal
from mlops.packaging.child import run_module
from mlops.quotas.storage import keep_within_quota
from mlops.scoring.minibatches.assembling import ANSWER, ORDER, PROBLEM

MOST_SECONDS = 6 * 3600.0
SUMMARY_FILE = "summary.json"


class _Lost(Exception):
    """Another worker writes the output now."""


def write_output(job: BatchJob, hold: Hold) -> None:
    work = new_folder(job, f"output-{hold.token}")
    try:
        target = work / "target"
        told = _assembled(job, work, target, hold)
        _check(job, told)
        metrics = _metrics(job)
        (target / "files" / SUMMARY_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(_summary(job, told))))
        project = job.run.project
        outputs = {"files": {"type": "any", "tree": keep_within_quota(project, target / "files").digest}}
        if told.has_table:
            scored = keep_within_quota(project, target / "scored")
            outputs = {"scored": {"type": "table", "tree": scored.digest}, **outputs}
        _register(job, told, target)
        complete(job, outputs=outputs, reason=_words(job, told), metrics=metrics, owner=hold.owner)
    except _Lost:
        return
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _assembled(job: BatchJob, work: Path, target: Path, hold: Hold) -> Assembled:
    chosen = settings_of(job)
    files = msgspec.convert(job.files, type=list[InputFile])
    asked = msgspec.convert(job.asked_input, type=Asked)
    sources = (f"{asked.dataset}:{asked.version}",) if asked.dataset else ()
    order = AssemblyOrder(
        parts=tuple(_part(batch, work) for batch in MiniBatch.objects.filter(job=job).order_by("index")),
        files=tuple(file.name for file in files),
        output_action=chosen.output_action,
        output_file_name=chosen.output_file_name,
        target=str(target),
        sources=sources,
    )
    (work / ORDER).write_bytes(msgspec.json.encode(order))

    def beat() -> None:
        if not hold():
            raise _Lost

    module = "mlops.scoring.minibatches.assembling"
    ended = run_module(module, [str(work)], folder=work, seconds=MOST_SECONDS, beat=beat)
    if (work / PROBLEM).is_file():
        problem = msgspec.json.decode((work / PROBLEM).read_bytes())
        raise Refusal(problem["code"], problem["detail"], hint=problem["hint"])
    if ended.status != 0:
        raise Refusal(
            "output_not_written",
            _("The output could not be written: %(why)s.") % {"why": ended.why},
            hint=_("Is there room on the disk and enough memory? Then call it again."),
        )
    return msgspec.json.decode((work / ANSWER).read_bytes(), type=Assembled)


def _part(batch: MiniBatch, work: Path) -> AssemblyPart:
    part = msgspec.convert(batch.part, type=Part)
    out = errors = ""
    if batch.result_id:
        out = str(work / "parts" / f"{batch.index}.{'parquet' if batch.form == 'table' else 'jsonl'}")
        store().fetch(batch.result_id, out)
    if batch.errors_id:
        errors = str(work / "errors" / f"{batch.index}.jsonl")
        store().fetch(batch.errors_id, errors)
    return AssemblyPart(
        files=part.files,
        start=part.start,
        rows=part.rows,
        out=out,
        errors=errors,
        form=batch.form or "none",  # type: ignore[arg-type]
        failed_code=batch.code if batch.state == "failed" else "",
        failed_reason=batch.reason if batch.state == "failed" else "",
    )


def _check(job: BatchJob, told: Assembled) -> None:
    """A model gives each row a prediction or a reason: none is lost, none is there twice."""
    if job.entry == "script" or settings_of(job).output_action == "summary_only":
        return
    if told.rows + told.error_rows != job.total_items:
        raise Refusal(
            "output_incomplete",
            _("%(rows)d rows and %(errors)d errors were written for %(all)d rows.")
            % {"rows": told.rows, "errors": told.error_rows, "all": job.total_items},
            hint=_("This is a fault of ours worth reporting. Call it again."),
        )


def _register(job: BatchJob, told: Assembled, target: Path) -> None:
    """The same bytes are the same version: a second writer makes no second one."""
    if not job.output_dataset:
        return
    if not told.has_table:
        say(job, _("There is no table to register as “%(name)s”.") % {"name": job.output_dataset}, level="WARNING")
        return
    actor = job.run.created_by
    try:
        with (target / "scored" / "data.parquet").open("rb") as source:
            upload, _seen = receive(
                actor, job.endpoint.project, source=source, file_name=f"{job.output_dataset}.parquet"
            )
        version = create_dataset(
            actor,
            job.endpoint.project,
            name=job.output_dataset,
            upload=upload,
            source=_("Batch job #%(number)d with %(of)s") % {"number": job.run.number, "of": job.of},
        )
    except Refusal as refusal:
        told_why = {"name": job.output_dataset, "why": f"{refusal.message} {refusal.hint}".strip()}
        say(job, _("The output was not registered as “%(name)s”: %(why)s") % told_why, level="WARNING")
        return
    upload.delete()
    BatchJob.objects.filter(pk=job.pk).update(output_version=version)


def _metrics(job: BatchJob) -> dict[str, float]:
    seconds = ((job.scoring_until or timezone.now()) - (job.scoring_since or job.created_at)).total_seconds()
    retries = MiniBatch.objects.filter(job=job).aggregate(sum=Sum("failures"))["sum"] or 0
    return {
        "items": float(job.total_items),
        "succeeded": float(job.total_items - job.failed_items),
        "failed": float(job.failed_items),
        "mini_batches": float(job.total_batches),
        "retries": float(retries),
        "scoring_seconds": round(seconds, 3),
        "items_per_second": round(job.total_items / max(seconds, 1e-3), 1),
    }


def _summary(job: BatchJob, told: Assembled) -> dict[str, Any]:
    return {
        "endpoint": job.endpoint.name,
        "deployment": job.deployment_name,
        "scored_with": job.of,
        "entry": job.entry,
        "input": job.asked_input.get("told", ""),
        "run": job.run.number,
        "output_rows": told.rows,
        "columns": list(told.columns),
        "error_rows": told.error_rows,
        **{name: int(value) if value.is_integer() else value for name, value in _metrics(job).items()},
    }


def _words(job: BatchJob, told: Assembled) -> str:
    what = _("rows") if job.input_kind == "table" else _("files")
    words = {"done": job.total_items - job.failed_items, "all": job.total_items, "what": what}
    if not job.failed_items:
        return _("All %(all)d %(what)s were scored.") % words
    return _("%(done)d of %(all)d %(what)s were scored; errors.csv says why the others were not.") % words
