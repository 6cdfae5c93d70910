"""The queue joins what arrives together and never lets a request wait for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from mlops.formats.refusal import Refusal
from mlops.formats.serving import RequestLimits
from mlops.scoring.waiting import Lane, WaitingLine


class Recorder:
    def __init__(self, *, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.turns: list[list[int]] = []
        self.abandoned = 0

    async def execute(self, jobs: Sequence[int]) -> Sequence[int | Exception]:
        self.turns.append(list(jobs))
        await asyncio.sleep(self.seconds)
        return [job * 10 for job in jobs]

    def abandon(self) -> None:
        self.abandoned += 1


def line(recorder: Recorder, *, most: int = 100, **limits: float) -> WaitingLine[int, int]:
    return WaitingLine(Lane(recorder.execute, recorder.abandon), limits=RequestLimits(**limits), most=most)


def test_requests_of_one_turn_are_executed_together():
    async def scene() -> None:
        recorder = Recorder()
        waiting = line(recorder)
        assert await asyncio.gather(*(waiting.submit(n) for n in range(5))) == [0, 10, 20, 30, 40]
        assert recorder.turns == [[0, 1, 2, 3, 4]]

    asyncio.run(scene())


def test_a_turn_is_bounded_by_the_summed_size():
    async def scene() -> None:
        recorder = Recorder()
        waiting = line(recorder, most=4)
        await asyncio.gather(*(waiting.submit(size, size=size) for size in (3, 1, 2, 9, 1)))
        assert recorder.turns == [[3, 1], [2], [9], [1]]

    asyncio.run(scene())


def test_no_more_are_scored_at_once_than_the_limit_says():
    async def scene() -> None:
        recorder = Recorder()
        waiting = line(recorder, concurrent=2)
        await asyncio.gather(*(waiting.submit(n) for n in range(5)))
        assert recorder.turns == [[0, 1], [2, 3], [4]]

    asyncio.run(scene())


def test_a_full_queue_refuses_with_503():
    async def scene() -> None:
        waiting = line(Recorder(seconds=1.0), queue=2)
        waiting.submit(1)
        waiting.submit(2)
        with pytest.raises(Refusal) as caught:
            waiting.submit(3)
        assert (caught.value.code, caught.value.status) == ("queue_full", 503)

    asyncio.run(scene())


def test_waiting_too_long_is_503_and_taking_too_long_is_504_and_abandons():
    async def scene() -> None:
        recorder = Recorder(seconds=0.6)
        waiting = line(recorder, most=1, queue_wait_seconds=0.1, timeout_seconds=0.3)
        results = await asyncio.gather(waiting.submit(1), waiting.submit(2), return_exceptions=True)
        codes = [(r.code, r.status) for r in results if isinstance(r, Refusal)]
        assert codes == [("timeout", 504), ("queue_wait", 503)]
        assert recorder.abandoned == 1

    asyncio.run(scene())


def test_two_lanes_work_at_once_and_one_that_fell_out_is_passed_over():
    async def scene() -> None:
        first, second = Recorder(seconds=0.1), Recorder(seconds=0.1)
        well = [True, True]
        lanes = [
            Lane(one.execute, one.abandon, lambda place=place: well[place]) for place, one in enumerate((first, second))
        ]
        waiting: WaitingLine[int, int] = WaitingLine(*lanes, limits=RequestLimits(), most=1)
        await asyncio.gather(*(waiting.submit(n) for n in range(4)))
        assert (len(first.turns), len(second.turns)) == (2, 2)
        well[0] = False
        await asyncio.gather(*(waiting.submit(n) for n in range(2)))
        assert (len(first.turns), len(second.turns)) == (2, 4)

    asyncio.run(scene())


def test_only_the_lane_that_is_late_is_abandoned():
    async def scene() -> None:
        slow, quick = Recorder(seconds=0.6), Recorder(seconds=0.0)
        lanes = [Lane(one.execute, one.abandon) for one in (slow, quick)]
        waiting: WaitingLine[int, int] = WaitingLine(*lanes, limits=RequestLimits(timeout_seconds=0.2), most=1)
        results = await asyncio.gather(waiting.submit(1), waiting.submit(2), return_exceptions=True)
        assert results[1] == 20
        assert (slow.abandoned, quick.abandoned) == (1, 0)

    asyncio.run(scene())
