"""`python -m tests.faults.upgrade --from COMMIT [--kill] [--postgres]`: an older version has runs in flight, is stopped
(or killed), upgraded as `docs/guides/operations.md` says, taken back, upgraded again, and started as the version of
this tree, which goes on.

`tests/execution/test_killed_workers.py` has the short form, in which only a migration is taken back."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.faults.ground import Embedded, Ground, Scaled
from tests.faults.sink import Sink
from tests.faults.story import Told, audited, until
from tests.faults.studio import Studio
from tests.faults.work import Work
from tests.server.conftest import ROOT

RUNS = 12
SETTLE_SECONDS = 240.0
SAYS = ("It works on a copy", "Upgraded", "Back at")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="commit", required=True, help="of the older version")
    parser.add_argument("--kill", action="store_true", help="it is not stopped but lost")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL and Redis instead of SQLite")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir="/tmp"))
    try:
        with _tree(folder / "older", arguments.commit) as older:
            told = tell(folder, older, is_killed=arguments.kill, is_scaled=arguments.postgres)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    shown = asdict(told)
    account = shown.pop("account")
    print(json.dumps(shown, indent=1))
    if told.problems:
        print(account)
    return int(bool(told.problems))


def tell(folder: Path, older: Path, *, is_killed: bool, is_scaled: bool) -> Told:
    """`older`: the tree of the version before."""
    told = Told(seed=0)
    standing: Ground = Scaled(folder / "ground") if is_scaled else Embedded(folder / "data")
    studio = Studio(folder, standing, workers=1)
    sink = Sink(folder / "received.log")
    try:
        studio.root = older
        told.start_seconds = studio.start()
        work = Work(studio, sink, has_long_steps=True)
        with studio.api() as api:
            runs = [work.submit_patiently(api) for _number in range(RUNS)]
            until(lambda: any(_state(api, run) == "running" for run in runs), seconds=60)
            told.injuries.append(f"in flight: {Counter(_state(api, run) for run in runs)}")
        told.injuries.append(_mlops(studio, "--check"))  # while it works
        studio.kill_everything() if is_killed else studio.stop()
        told.injuries += [_mlops(studio), _mlops(studio, "--back"), _mlops(studio)]
        studio.root = ROOT
        told.again_seconds = studio.start()
        told.problems += audited(studio, work, told, SETTLE_SECONDS)
        studio.stop()
    finally:
        told.account = studio.account()
        studio.kill_everything()
        sink.close()
        standing.stop()
    return told


def _state(api, run: str) -> str:  # type: ignore[no-untyped-def]
    return str(api.get(f"runs/{run}/").json()["state"])


def _mlops(studio: Studio, *how: str) -> str:
    words = [sys.executable, "-m", "mlops.client.main", "upgrade", *how, "--data-dir", str(studio.data)]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **studio.variables}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(line for line in done.stdout.splitlines() if line.startswith(SAYS))


@contextmanager
def _tree(place: Path, commit: str) -> Iterator[Path]:
    """That commit's files, with what is built by an installation of this one."""
    subprocess.run(["git", "worktree", "add", "--detach", str(place), commit], cwd=ROOT, check=True)
    try:
        yield place
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(place)], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
