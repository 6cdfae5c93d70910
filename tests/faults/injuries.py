"""What is done to a studio while it works. Each says what it did, for the account of a run that went wrong."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable

import psutil

from tests.faults.clocks import Clock
from tests.faults.disk import Disk
from tests.faults.ground import Ground
from tests.faults.studio import Studio, pause

LONGER_THAN_A_LEASE = 22.0
FULL_SECONDS = 5.0
JUMPS = (-90, 0, 90)
"""Seconds by which a clock is off after its jump."""


class Injuries:
    """`chosen(names)` does one of them by the seed's choice; `told` lists all that were done."""

    def __init__(
        self, studio: Studio, ground: Ground, seed: int, *, disk: Disk | None = None, clock: Clock | None = None
    ) -> None:
        self._studio, self._ground, self._disk, self._clock = studio, ground, disk, clock
        self._random = random.Random(seed)
        self._began = time.monotonic()
        self.told: list[str] = []

    def chosen(self, names: tuple[str, ...]) -> None:
        self.do(self._random.choice(names))

    def do(self, name: str) -> None:
        act: Callable[[], object] = getattr(self, name)
        found = act()
        self.told.append(f"{time.monotonic() - self._began:.1f} s: {name} {found or ''}".strip())

    def kill_a_worker(self) -> str:
        return self._kill(self._studio.of("mlops.server.worker"))

    def kill_web(self) -> str:
        return self._kill(self._studio.of("mlops.server.web"))

    def kill_the_supervisor(self) -> str:
        """What it keeps goes with it, and the service manager begins it again."""
        return self._kill(self._studio.of("mlops.client.main"))

    def kill_router(self) -> str:
        return self._kill(self._studio.of("mlops.router"))

    def kill_a_zygote(self) -> str:
        return self._kill(self._studio.zygotes())

    def kill_a_step(self) -> str:
        return self._kill(self._studio.steps())

    def pause_a_worker(self) -> str:
        """Past its lease: another takes its steps over, then it wakes and believes that they are its own."""
        found = self._studio.of("mlops.server.worker")
        if not found:
            return "none"
        one = self._random.choice(found)
        pause(one, LONGER_THAN_A_LEASE)
        return str(one.pid)

    def empty_broker(self) -> None:
        self._ground.empty_broker()

    def double_messages(self) -> None:
        self._ground.double_messages()

    def fill_the_disk(self) -> str:
        assert self._disk is not None
        free = self._disk.fill()
        time.sleep(FULL_SECONDS)
        self._disk.empty()
        return f"{free:,} bytes"

    def jump_the_clock(self) -> str:
        assert self._clock is not None
        seconds = self._random.choice(JUMPS)
        self._clock.jump(seconds)
        return f"{seconds:+d} s"

    def lose_a_claim(self) -> None:
        self._ground.lose_a_claim()

    def cut_a_worker_off(self) -> None:
        """Its machine goes on, also with what it runs, and hears of nobody until long after its leases."""
        self._ground.unplug()
        timer = threading.Timer(LONGER_THAN_A_LEASE, self._ground.plug_in)
        timer.daemon = True
        timer.start()

    def heal(self) -> None:
        """What would else last."""
        if self._clock is not None:
            self._clock.jump(0)
        self._ground.plug_in()

    def restart_broker(self) -> None:
        self._ground.restart_broker()

    def restart_database(self) -> None:
        self._ground.restart_database()

    def cut_connections(self) -> None:
        self._ground.cut_connections()

    def _kill(self, processes: list[psutil.Process]) -> str:
        if not processes:
            return "none"
        one = self._random.choice(processes)
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
        return str(one.pid)


KILLS = (
    "kill_a_worker",
    "kill_a_worker",
    "kill_web",
    "kill_router",
    "kill_the_supervisor",
    "kill_a_zygote",
    "kill_a_step",
)
MESSAGES = ("empty_broker", "double_messages")
EMBEDDED = (*KILLS, *KILLS, *MESSAGES, *MESSAGES, "pause_a_worker", "pause_a_worker", "fill_the_disk", "jump_the_clock")
"""A full disk is rare, as it ends all that runs: nothing else would be seen of those."""
SCALED = (
    *EMBEDDED,
    "restart_broker",
    "restart_broker",
    "restart_database",
    "cut_connections",
    "cut_connections",
    "lose_a_claim",
    "lose_a_claim",
    "cut_a_worker_off",
)
