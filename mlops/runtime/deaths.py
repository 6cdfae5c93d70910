"""Why a step's process ended without a report, in words that say what to do."""

from __future__ import annotations

import signal

from mlops.formats.step import StepError, StepOrder

OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "Cannot allocate memory", "MemoryError", "out of memory")


def sudden_end(order: StepOrder, status: int, *, said: str) -> StepError:
    """`status` as of os.waitstatus_to_exitcode; `said`: the end of its standard error."""
    if any(words in said for words in OUT_OF_MEMORY):
        return out_of_memory(order)
    if status == -signal.SIGKILL:
        return StepError(
            code="killed",
            message=f"The process of “{order.title}” was killed from outside, most likely for lack of memory.",
            hint="Use fewer columns or rows, or a machine with more memory, then run it again.",
        )
    if status in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS) and order.limits.memory_bytes:
        return out_of_memory(order)
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    last = said.strip().splitlines()[-1:] or [""]
    return StepError(
        code="crashed",
        message=f"The process of “{order.title}” ended suddenly ({how}). {last[0]}".strip(),
        hint="The log may say why. If it is a script of your own, look at native libraries that it uses.",
    )


def out_of_memory(order: StepOrder) -> StepError:
    return StepError(
        code="out_of_memory",
        message=f"“{order.title}” needed more memory than it may use.",
        hint="Use fewer columns or rows, or allow more with MLOPS_STEP_MEMORY_BYTES.",
    )


def too_slow(order: StepOrder) -> StepError:
    return StepError(
        code="too_slow",
        message=f"“{order.title}” was stopped: it took longer than the {order.limits.wall_seconds:g} s it may take.",
        hint="Use fewer columns or rows, or allow it more time.",
    )
