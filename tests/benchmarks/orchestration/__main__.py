"""Prints steps a second, processor time of a step, and how many times more the others need."""

from __future__ import annotations

import argparse
import multiprocessing
import sys

from tests.benchmarks.orchestration import SHAPES, Shape, Taken, ours
from tests.benchmarks.orchestration.peers import PEERS
from tests.benchmarks.orchestration.peers.venvs import install

OURS = ("scaled", "embedded")
PROMISED = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.orchestration", description=__doc__)
    parser.add_argument("act", nargs="?", choices=("measure", "install"), default="measure")
    parser.add_argument("--ours", nargs="*", choices=OURS, default=list(OURS), help="which of ours (default: both)")
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS), help="(default: all)")
    parser.add_argument("--shapes", nargs="*", type=int, choices=range(len(SHAPES)), help="by number (default: all)")
    parser.add_argument("--steps", type=int, default=1000, help="of ours in each shape (default: 1000)")
    parser.add_argument("--peer-steps", type=int, help="of the others (default: what they do in about a minute)")
    arguments = parser.parse_args()
    if arguments.act == "install":
        environments = {peer.environment: peer.requirements for peer in PEERS.values() if peer.name in arguments.peers}
        made = [install(name, wanted) for name, wanted in environments.items()]  # each, whatever became of the others
        return int(not all(made))
    shapes = SHAPES if arguments.shapes is None else tuple(SHAPES[number] for number in arguments.shapes)
    found = {f"ours, {kind}": _ours(shapes, kind, arguments.steps) for kind in arguments.ours}
    for name in arguments.peers:
        peer = PEERS[name]
        found[name] = {one.name: peer.measure(one.of(arguments.peer_steps or peer.steps)) for one in shapes}
        _print({name: found[name]}, {})
    print()
    _print(found, next(iter(found.values()), {}))
    return int(not _holds(found))


def _ours(shapes: tuple[Shape, ...], kind: str, steps: int) -> dict[str, Taken]:
    """In a process of its own, because Django is set up once."""
    sized = tuple(one.of(steps) if steps != one.steps else one for one in shapes)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        taken = pool.apply(ours.measure, (sized, kind == "scaled"))
    _print({f"ours, {kind}": taken}, {})
    return taken


def _print(found: dict[str, dict[str, Taken]], first: dict[str, Taken]) -> None:
    for name, taken in found.items():
        for shape, one in taken.items():
            line = f"{name:18}{shape:20}{one.steps:6} steps{one.a_second:9.1f}/s{one.cpu_ms:9.1f} ms CPU"
            if shape in first:
                line += f"{first[shape].a_second / one.a_second:9.1f} x{one.cpu_ms / first[shape].cpu_ms:9.1f} x CPU"
            print(line, flush=True)


def _holds(found: dict[str, dict[str, Taken]]) -> bool:
    """Whether the first of ours is so much faster than each of the others."""
    kinds = [taken for name, taken in found.items() if name.startswith("ours")]
    others = [taken for name, taken in found.items() if not name.startswith("ours")]
    return all(
        kinds[0][shape].a_second >= PROMISED * one.a_second for taken in others for shape, one in taken.items() if kinds
    )


if __name__ == "__main__":
    sys.exit(main())
