"""`python -m tests.benchmarks.collection`: what collecting costs a scoring server, in requests a second.

Two servers of the same boosted trees, one of which keeps every request, take turns in short rounds; the ratio is the
median of the rounds' ratios. Meanwhile what waits in the spool is taken away, as the control plane does. Needs wrk.
Loopback only. Exit status 1 when something failed, was not kept, or costs more than a tenth."""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from mlops.formats.collection import Collecting, CollectionSettings
from mlops.formats.serving import SERVING_FILE, Serving
from mlops.formats.spool import read_segment
from mlops.scoring.spool.folder import discard, held, read
from tests.benchmarks.serving import measure, ratio, write_models
from tests.benchmarks.wrk import Measured
from tests.scoring.running import answers, free_port, process, wait_for

CASES = ((1, 1), (1, 16), (1, 64), (100, 16))
MOST_COST = 0.10


class Target(NamedTuple):
    name: str
    url: str
    pids: list[int]

    @staticmethod
    def body(rows: list[list[float]]) -> object:
        return {"data": rows}


class Taker(threading.Thread):
    """Takes segments as fast as they are sealed, and counts the requests in them."""

    def __init__(self, spool: Path) -> None:
        super().__init__(daemon=True)
        self.requests = self.lost = self.size_bytes = 0
        self._spool = spool
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.5):
            self.take()

    def end(self) -> None:
        self._ended.set()
        self.join()
        self.take()

    def take(self) -> None:
        for segment in held(self._spool):
            content = read(self._spool, segment.name)
            discard(self._spool, segment.name)
            self.size_bytes += len(content)
            for record in read_segment(content).records:
                self.requests += not record.dropped
                self.lost += record.dropped


@contextmanager
def running(folder: Path, models: Path) -> Iterator[list[Target]]:
    serving = msgspec.json.decode((models / SERVING_FILE).read_bytes(), type=Serving)
    collecting = Collecting(settings=CollectionSettings(is_enabled=True), folder=str(folder / "spool"))
    with ExitStack() as stack:
        found = []
        for name, collection in (("plain", None), ("collecting", collecting)):
            place = folder / name
            place.mkdir()
            (place / "onnx").symlink_to(models / "onnx")
            (place / SERVING_FILE).write_bytes(msgspec.json.encode(replace(serving, collection=collection)))
            port = free_port()
            server = stack.enter_context(process("mlops.scoring", "--folder", place, "--port", str(port)))
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda url=url: answers(url, "/readyz"))  # type: ignore[misc]
            found.append(Target(name, f"{url}/score", [server.pid]))
        yield found


def tell(found: dict[str, list[Measured]], *, case: tuple[int, int]) -> bool:
    plain, collecting = (found[name] for name in ("plain", "collecting"))
    share = ratio(collecting, plain)
    holds = 1 - share <= MOST_COST and not any(one.failed for one in (*plain, *collecting))
    cpu = [sorted(one.cpu_us for one in rounds)[len(rounds) // 2] for rounds in (plain, collecting)]
    rates = [sorted(rounds)[len(rounds) // 2].per_second for rounds in (plain, collecting)]
    print(
        f"{case[0]:4} row(s) a request, {case[1]:3} connection(s): {share:5.3f} of {rates[0]:6.0f}/s"
        f" ({rates[1]:6.0f}/s), CPU {cpu[0]:5.0f} -> {cpu[1]:5.0f} µs a request"
        f"  (at least {1 - MOST_COST:g})  {'holds' if holds else 'DOES NOT HOLD'}",
        flush=True,
    )
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default="", help="such as 1x64,100x1; all without it")
    parser.add_argument("--rounds", default=7, type=int)
    parser.add_argument("--seconds", default=1.5, type=float, help="of one server in one round")
    arguments = parser.parse_args()
    cases = [tuple(map(int, text.split("x"))) for text in arguments.cases.split(",") if text] or list(CASES)
    holds = True
    with tempfile.TemporaryDirectory(prefix="mlops-benchmark-") as name:
        folder = Path(name)
        models, _matrix = write_models(folder)
        taker = Taker(folder / "spool")
        taker.start()
        sent = 0
        with running(folder, models) as targets:
            for rows, connections in cases:
                found = measure(
                    targets, rows=rows, connections=connections, rounds=arguments.rounds, seconds=arguments.seconds
                )  # type: ignore[arg-type]
                sent += sum(round(one.per_second * arguments.seconds) for one in found["collecting"])
                holds &= tell(found, case=(rows, connections))
        taker.end()
    print(
        f"kept {taker.requests:,} requests of about {sent:,}, lost {taker.lost:,}; {taker.size_bytes / 2**20:.0f} MiB"
    )
    return int(not holds or taker.lost > 0)


if __name__ == "__main__":
    sys.exit(main())
