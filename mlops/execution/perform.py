"""Performs one claimed step: lays out its inputs, starts its process, watches it, keeps what came out."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.blobs.plain_files import remove_folder
from mlops.blobs.trees import keep_folder
from mlops.environments import store as environments
from mlops.events.chain import notify
from mlops.execution import stopping
from mlops.execution.away import AWAY, forget_connection
from mlops.execution.claiming import claim_beside, claim_next
from mlops.execution.containers import image_for
from mlops.execution.demands import demand_in_cluster
from mlops.execution.ends import of_completed, span_facts, used
from mlops.execution.executors import Executor, Started
from mlops.execution.executors.docker import DockerExecutor
from mlops.execution.executors.kubernetes import places
from mlops.execution.executors.kubernetes.executor import KubernetesExecutor
from mlops.execution.executors.process import ProcessExecutor
from mlops.execution.frozen import frozen
from mlops.execution.here import OWNER, here
from mlops.execution.holding import Hold
from mlops.execution.laying_out import feeding, folder_of, lay_out, take_away
from mlops.execution.leaving import keep_left_files
from mlops.execution.library import is_command, requirements_of
from mlops.execution.live_logs import LiveLogs
from mlops.execution.news import Telling, record_news
from mlops.execution.printed import with_printed
from mlops.execution.retry import give_back, try_again
from mlops.execution.together import carry_out_together
from mlops.execution.tracking import TOKEN
from mlops.formats.component import PortType
from mlops.formats.kept import holds_table
from mlops.formats.refusal import Refusal
from mlops.formats.step import ProgressLine, StepError, StepOrder, StepReport
from mlops.quotas.storage import require_folders
from mlops.runs.models import Run, Step
from mlops.runs.moves import move_step
from mlops.runs.step_tokens import end as end_tokens
from mlops.runs.trails import of_run
from mlops.trail import telling

LOOK_SECONDS = 0.1
RECORD_SECONDS = 0.5
LOST = ("step_lost", "runtime_unavailable")
"""Refusals of an executor that are no fault of the step."""

_slots = threading.BoundedSemaphore(settings.STEP_SLOTS)
_log = logging.getLogger(__name__)


def perform(
    step_id: int,
    done: Callable[[Step], None],
    executor: Executor | None = None,
    *,
    all_done: Callable[[Sequence[Step]], None] | None = None,
) -> None:
    """Performs the step that is next, then any other that waits, while this worker has a free slot: the one that the
    call names may not be the first whose turn it is.

    `done` is called after each step, `all_done` after light ones that were carried out together: without it there are
    none. Without a free slot nothing happens: whoever has one goes on with the steps that wait."""
    if stopping.is_asked() or not _slots.acquire(blocking=False):
        return
    try:
        while not stopping.is_asked() and (step := claim_next()) is not None:
            beside = claim_beside(step) if all_done is not None and executor is None else []
            if all_done is not None and beside:
                _perform_together([step, *beside], done, all_done)
            else:
                perform_one(step, executor or ProcessExecutor())
                done(step)
    finally:
        _slots.release()


def perform_one(step: Step, executor: Executor) -> None:
    try:
        hold = Hold(step)
        span = telling.span(f"step {step.node}", span_facts(step))
        with hold.kept(), of_run(step.run, step=step.node), span as told:
            _log.info("The step %s of run %s began, attempt %d.", step.node, step.run.number, step.attempt)
            _carry_out(step, hold, executor)
            _log.info("The step %s of run %s: %s.", step.node, step.run.number, step.state)
            told.error = step.reason if step.state == "failed" else ""
    finally:
        here.let_go(step.pk)


def _perform_together(
    steps: Sequence[Step], done: Callable[[Step], None], all_done: Callable[[Sequence[Step]], None]
) -> None:
    """What does not go well beside others is carried out by itself, and ends as it would have; what was not begun goes
    back into the queue, at once."""
    try:
        found = carry_out_together(steps)
    finally:
        here.let_go(steps[0].pk)
    if found.completed:
        all_done(found.completed)
    with Hold(*found.alone).kept() if found.alone else contextlib.nullcontext():
        for step in found.alone:
            perform_one(step, ProcessExecutor())
            done(step)


def _carry_out(step: Step, hold: Hold, executor: Executor) -> None:
    folder = folder_of(step)
    if step.attempt > 1 or folder.exists():
        for lost in folder.parent.glob(f"{step.pk}-*"):
            remove_folder(lost)
    order: StepOrder | None = None
    is_stopped = False
    try:
        order = lay_out(step, feeding(step))
        ordered = _with_environment(step, hold, order, folder)
        started = _executor_of(step, ordered, executor).start(ordered) if ordered is not None else None
        report = _watch(step, hold, started, of=order) if started is not None else None
        if report is not None or step.state == "cancelled":
            hold.patiently(partial(keep_left_files, step, order))
        if report is not None:
            hold.patiently(partial(_conclude, step, order, report))
    except _Stopped:
        is_stopped = True
    except Refusal as refusal:
        if refusal.code in LOST:
            hold.patiently(partial(try_again, step, code=refusal.code, why=refusal.message, hint=refusal.hint))
            return
        error = StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=refusal.where)
        hold.patiently(partial(_fail, step, error))
    except Exception as error:  # a full disk, a database that is away: the row must say so, whatever it is
        _log.exception("The step %s of run %s could not be performed.", step.node, step.run_id)
        why = _("The worker could not perform it: %(error)s.") % {
            "error": f"{type(error).__name__}: {error}".rstrip(".")
        }
        hold.patiently(partial(try_again, step, code="worker_failed", why=why))
    finally:
        take_away(folder)
        if order is not None and TOKEN in order.variables:  # most steps run no code of people and have none
            hold.patiently(partial(end_tokens, step))
    if is_stopped:  # last: whoever takes it has the same attempt, and so the same folder
        why = _("Its worker was stopped; it goes on when a worker runs again.")
        hold.patiently(partial(give_back, step, why=why, only=Q(lease_owner=OWNER)))


def _executor_of(step: Step, order: StepOrder, given: Executor) -> Executor:
    if not order.image:
        return given
    if places.is_on():
        return KubernetesExecutor(demand_in_cluster(step, order.definition), partial(_could_say_why, step))
    return DockerExecutor()


def _could_say_why(step: Step, reason: str) -> bool:
    try:
        _say_why(step, reason)
        return True
    except AWAY:
        forget_connection()
        return False


def _with_environment(step: Step, hold: Hold, order: StepOrder, folder: Path) -> StepOrder | None:
    """The order with its environment, which is built first where nobody has; None where the step has ended by it."""
    if image := image_for(order, partial(_log_line, step)):
        return msgspec.structs.replace(order, image=image)
    needed = requirements_of(order)
    if not needed.is_own:
        return order
    if not environments.is_ready(needed):
        _say_why(step, _("Building the component's environment; its log shows how far it is."))
        report = _watch(step, hold, environments.begin(needed, work_dir=folder))
        environments.ended(needed, report)
        if report is None:
            return None
        if report.error is not None:
            _fail(step, report.error, report)
            return None
        _say_why(step, _("Running on %(worker)s.") % {"worker": OWNER})
    return msgspec.structs.replace(order, environment=str(environments.folder_of(needed)))


def _log_line(step: Step, text: str) -> None:
    record_news(step, [ProgressLine(kind="log", at=time.time(), text=text)])


def _say_why(step: Step, reason: str) -> None:
    with transaction.atomic():
        Step.objects.filter(pk=step.pk, state="running", lease_owner=OWNER).update(reason=reason)
        notify("step", f"{step.run_id}/{step.node}", project=step.run.project)


def _watch(step: Step, hold: Hold, started: Started, *, of: StepOrder | None = None) -> StepReport | None:
    """The report, or None where the step was taken away or cancelled. `of`: not for an environment.

    However it ends, the step's process has ended with it."""
    try:
        return _watched(step, hold, started, of)
    except BaseException:
        started.kill()
        raise


def _watched(step: Step, hold: Hold, started: Started, of: StepOrder | None) -> StepReport | None:
    told = partial(with_printed, step) if of is not None and is_command(of) else list
    logs = LiveLogs(step, of) if of is not None else None
    recorded = time.monotonic()
    telling = Telling(step, hold)
    while True:
        report = started.poll()
        if report is not None:
            while more := started.news():
                telling.news += told(more)
            return report if hold.patiently(telling.record) else None
        started.wait(LOOK_SECONDS)
        if stopping.is_asked():
            raise _Stopped
        if time.monotonic() - recorded < RECORD_SECONDS:
            continue
        recorded = time.monotonic()
        telling.news += told(started.news())
        try:
            is_mine = telling.record()
            is_unwanted = Run.objects.filter(pk=step.run_id, state="cancelling").exists()
        except AWAY:
            if hold.is_lapsed:
                started.kill()
                return None
            forget_connection()
            continue
        if not is_mine:
            started.kill()
            return None
        if logs is not None:
            with contextlib.suppress(OSError):  # the program moves its files while they are looked at
                logs.look()
        if is_unwanted:
            started.kill()
            reason = _("Stopped, because the run was cancelled.")
            move_step(step, expected=("running",), to="cancelled", reason=reason, **used(None))
            return None


class _Stopped(Exception):
    """This worker was asked to end."""


def _conclude(step: Step, order: StepOrder, report: StepReport) -> None:
    if report.error is not None:
        _fail(step, report.error, report)
        return
    component = frozen(step.run).library.component(order.component, order.version)
    types = {port.name: port.type for port in component.outputs}
    outputs: dict[str, Any] = {}
    unwritten = _unwritten_files(order)
    require_folders(step.run.project_id, map(Path, order.outputs.values()))
    for port, folder in order.outputs.items():
        # A command's folder is an output also where nothing was written to it; a file is not.
        if any(Path(folder).iterdir()) or (is_command(order) and port not in unwritten):
            outputs[port] = {"type": _type_of(types[port], Path(folder)), "tree": keep_folder(Path(folder)).digest}
    done = of_completed(step, report, outputs)
    if unwritten:
        told = _("Nothing was written to: %(ports)s.") % {"ports": ", ".join(unwritten)}
        done["reason"] = f"{done['reason']} {told}"
    move_step(step, expected=("running",), to="completed", **done)


def _unwritten_files(order: StepOrder) -> list[str]:
    """Outputs of a command that are a file each, and that it did not write."""
    forms = getattr(order.definition.how, "forms", {}) if order.definition and is_command(order) else {}
    files = [port for port in order.outputs if forms.get(port) == "uri_file"]
    return [port for port in files if not any(Path(order.outputs[port]).iterdir())]


def _type_of(declared: PortType, folder: Path) -> PortType:
    """Files that a component of the project left are shown as a table where they are one."""
    return "table" if declared == "any" and holds_table(folder) else declared


def _fail(step: Step, error: StepError, report: StepReport | None = None) -> None:
    move_step(
        step,
        expected=("running",),
        to="failed",
        reason=error.message,
        error=msgspec.to_builtins(error),
        **used(report),
    )
