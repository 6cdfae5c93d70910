"""Explaining in a worker: in a confined child process, cancelled within seconds, taken over when lost."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.blobs.trees import fetch_tree, keep_folder
from mlops.events.chain import notify, record
from mlops.explanations.computing.__main__ import DATA_FILE, ERROR_FILE, MODEL_FOLDER, PROGRESS_FILE, TASK_FILE, Task
from mlops.explanations.held_out import HeldOut, held_out, held_out_of
from mlops.explanations.model_files import lay_out_columns
from mlops.explanations.models import Explanation, ExplanationState
from mlops.explanations.queries import RELATED, project_of
from mlops.formats.explanation import SUMMARY_FILE, ExplainOrder, ExplainProgress, ExplanationSummary
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.packaging import leases
from mlops.packaging.child import Ended, run_module
from mlops.packaging.scratch import scratch
from mlops.packaging.tables import fetch_table
from mlops.work.calls import every, job, later

GRACE_SECONDS = 300.0
"""Beyond the time budget: for opening the model, and for what follows the contributions."""
BEAT_SECONDS = 0.5


class Cancelled(Exception):
    """Somebody asked for the end of it."""


@job("explanations.explain")
def explain(explanation_id: str) -> None:
    rows = Explanation.objects.all()
    if not leases.claim(rows, explanation_id, reason=_("Laying out the model.")):
        return
    asked = rows.select_related(*RELATED).get(pk=explanation_id)
    folder = Path(tempfile.mkdtemp(prefix=f"explanation-{asked.pk}-", dir=scratch()))
    out = folder / "out"
    out.mkdir()
    beat = _Beat(asked, out / PROGRESS_FILE)
    try:
        beat()
        order = _lay_out(asked, folder)
        ended = run_module(
            "mlops.explanations.computing",
            ["--folder", str(folder), "--out", str(out)],
            folder=folder,
            seconds=order.budget_seconds + GRACE_SECONDS,
            beat=beat,
            beat_seconds=BEAT_SECONDS,
            writes=[out],
        )
        _settle(asked, out, ended)
    except Cancelled:
        _end(asked, state=ExplanationState.CANCELLED, reason="Cancelled.")
    except Refusal as refusal:
        _end(asked, state=ExplanationState.FAILED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@every(10, "explanations.sweep", if_any=leases.are_open(Explanation.objects))
def sweep() -> None:
    """Takes explanations back whose worker is gone, and wakes up those that wait."""
    rows = Explanation.objects.all()
    for lost in leases.lost_for_good(rows.select_related(*RELATED)):
        reason = _("Its worker was lost %(most_attempts)s times.") % {"most_attempts": leases.MOST_ATTEMPTS}
        hint = _("The worker's log may say why; often the machine ran out of memory. Explain fewer rows.")
        _end(lost, state=ExplanationState.FAILED, reason=reason, hint=hint)
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("explanations.explain", pk)


class _Beat:
    """Renews the lease, shows the progress, and raises Cancelled when that was asked for."""

    def __init__(self, asked: Explanation, path: Path) -> None:
        self._asked, self._path = asked, path
        self._shown = b""

    def __call__(self) -> None:
        if leases.is_unwanted(self._asked):
            raise Cancelled
        content = self._path.read_bytes() if self._path.is_file() else b""
        if content in (b"", self._shown):
            return
        self._shown = content
        progress = msgspec.json.decode(content, type=ExplainProgress)
        rows = Explanation.objects.filter(pk=self._asked.pk, state=ExplanationState.RUNNING)
        rows.update(progress=msgspec.to_builtins(progress), reason=progress.doing)
        notify(*self._asked.of_what, project=project_of(self._asked))


def _lay_out(asked: Explanation, folder: Path) -> ExplainOrder:
    order = msgspec.convert(asked.order, ExplainOrder)
    fetch_tree(str(asked.files_tree), folder / MODEL_FOLDER)
    lay_out_columns(asked.version, folder / MODEL_FOLDER)
    source, only = "", None
    if asked.dataset is not None:
        fetch_table(asked.dataset, folder / DATA_FILE)
        source = f"the dataset {asked.dataset.dataset.name}:{asked.dataset.number}"
        if order.held_out:
            only = _held_out(asked).rows
            source = f"rows of {source} that the run held out from training"
    (folder / TASK_FILE).write_bytes(msgspec.json.encode(Task(order=order, source=source, only=only)))
    return order


def _held_out(asked: Explanation) -> HeldOut:
    """Looked for again, for it is known by the run's graph alone."""
    if asked.version is not None:
        found = held_out_of(asked.version)
    else:
        found = held_out(asked.run, asked.node) if asked.run is not None else None
    if found is None or found.dataset != asked.dataset:
        message = _("The rows that the run held out from training are not there any more.")
        raise Refusal("no_held_out", message, hint=_("Name a dataset whose rows are explained."), status=409)
    return found


def _settle(asked: Explanation, out: Path, ended: Ended) -> None:
    (out / PROGRESS_FILE).unlink(missing_ok=True)
    if (out / ERROR_FILE).is_file():
        told = msgspec.json.decode((out / ERROR_FILE).read_bytes(), type=StepError)
        _end(asked, state=ExplanationState.FAILED, reason=told.message, hint=told.hint)
        return
    if ended.status != 0 or not (out / SUMMARY_FILE).is_file():
        hint = _("Explain fewer rows, or choose the kind “permutation”, which needs nothing of the model's inside.")
        _end(
            asked,
            state=ExplanationState.FAILED,
            reason=_("The explanation ended: %(why)s.") % {"why": ended.why},
            hint=hint,
        )
        return
    summary = msgspec.json.decode((out / SUMMARY_FILE).read_bytes(), type=ExplanationSummary)
    reason = f"Explained {summary.rows:,} of {summary.total_rows:,} rows."
    _end(asked, state=ExplanationState.COMPLETED, reason=reason, summary=summary, tree=keep_folder(out))


def _end(
    asked: Explanation,
    *,
    state: ExplanationState,
    reason: str,
    hint: str = "",
    summary: ExplanationSummary | None = None,
    tree: Tree | None = None,
) -> None:
    with transaction.atomic():
        changed = Explanation.objects.filter(pk=asked.pk, state=ExplanationState.RUNNING).update(
            state=state,
            reason=reason,
            hint=hint,
            state_since=timezone.now(),
            lease_until=None,
            progress=None,
            summary=msgspec.to_builtins(summary) if summary else None,
            tree=tree,
        )
        if changed:
            record(
                None,
                f"mlops.explanation.{state.value}",
                subject=asked.subject,
                project=project_of(asked),
                reason=reason,
                data={"explanation": asked.name, **_facts(summary)},
                notice=asked.of_what,
            )


def _facts(summary: ExplanationSummary | None) -> dict[str, object]:
    """Names of columns and numbers about all rows; nothing of a single row."""
    if summary is None:
        return {}
    return {
        "kind": summary.kind,
        "rows": summary.rows,
        "seconds": round(summary.cost.seconds, 1),
        "weightiest": [one.column for one in summary.weights[:3]],
    }
