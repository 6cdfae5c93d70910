"""Why a step's process ended without a report, in words that say what to do."""

from __future__ import annotations

import signal

from mlops.formats.spoken import gettext as _
from mlops.formats.step import StepError, StepOrder

OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "Cannot allocate memory", "MemoryError", "out of memory")

NO_SPACE = 74
"""Exit status of a step's process that could not write its report, for the disk was full."""


def sudden_end(order: StepOrder, status: int, *, said: str) -> StepError:
    """`status` as of os.waitstatus_to_exitcode; `said`: the end of its standard error."""
    if any(words in said for words in OUT_OF_MEMORY):
        return out_of_memory(order)
    if status == NO_SPACE:
        return disk_full(order)
    if status == -signal.SIGKILL:
        return StepError(
            code="killed",
            message=_("The process of “%(title)s” was killed from outside, most likely for lack of memory.")
            % {"title": order.title},
            hint=_("Use fewer columns or rows, or a machine with more memory, then run it again."),
        )
    if status in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS) and order.limits.memory_bytes:
        return out_of_memory(order)
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    last = said.strip().splitlines()[-1:] or [""]
    told = _("The process of “%(title)s” ended suddenly (%(how)s).") % {"title": order.title, "how": how}
    return StepError(
        code="crashed",
        message=f"{told} {last[0]}".strip(),
        hint=_("The log may say why. If it is a script of your own, look at native libraries that it uses."),
    )


def disk_full(order: StepOrder) -> StepError:
    return StepError(
        code="disk_full",
        message=_("“%(title)s” was stopped, because the disk is nearly full.") % {"title": order.title},
        hint=_("Free some space, then run it again."),
    )


def out_of_memory(order: StepOrder) -> StepError:
    return StepError(
        code="out_of_memory",
        message=_("“%(title)s” needed more memory than it may use.") % {"title": order.title},
        hint=_("Use fewer columns or rows, or allow more with MLOPS_STEP_MEMORY_BYTES."),
    )


def too_slow(order: StepOrder) -> StepError:
    return StepError(
        code="too_slow",
        message=_("“%(title)s” was stopped: it took longer than the %(wall_seconds)s s it may take.")
        % {"title": order.title, "wall_seconds": f"{order.limits.wall_seconds:g}"},
        hint=_("Use fewer columns or rows, or allow it more time."),
    )
