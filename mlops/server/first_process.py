"""What the first process of a container owes the rest: it passes signals on, and buries children that others left."""

from __future__ import annotations

import os
import signal
from types import FrameType

PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)


def leave_it_behind() -> None:
    """Returns at once, and as process 1 in a child: the parent stays, and ends as the child does. Comes before any
    thread. The kernel ends whatever is left in the container with process 1."""
    if os.getpid() == 1:
        stay_behind()


def stay_behind() -> None:
    """Returns in the child alone."""
    child = 0

    def pass_on(number: int, frame: FrameType | None) -> None:
        if child:
            os.kill(child, number)

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # until `child` is known
    child = os.fork()
    if not child:
        for number in PASSED_ON:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    if child:
        os._exit(_end_of(child))


def _end_of(child: int) -> int:
    """Its exit status; 128 and the signal's number, as shells tell it, where one ended it."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
