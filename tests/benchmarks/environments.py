"""`python -m tests.benchmarks.environments [ROUNDS]`: building scikit-learn, pandas and onnx, beside uv alone.

uv alone makes a virtual environment and installs a lock into it (`uv venv`, `uv pip sync`). Ours resolves, locks with
hashes, installs and measures, in a process of its own; both with a warm cache, one after the other. At most 3 times is
the aim. Then the same content again, which must build nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

PACKAGES = ("scikit-learn", "pandas", "onnx")


def main(rounds: int) -> None:
    from uv import find_uv_bin

    uv = find_uv_bin()
    with tempfile.TemporaryDirectory(prefix="environments-") as place:
        folder = Path(place)
        ours(folder / "first", folder)  # fills the cache
        lock = folder / "first" / "requirements.lock"
        plain, built = [], []
        for number in range(rounds):
            plain.append(_timed([uv, "venv", "-q", str(folder / f"plain-{number}")]))
            python = folder / f"plain-{number}" / "bin" / "python"
            plain[-1] += _timed([uv, "pip", "sync", "-q", "--python", str(python), str(lock)])
            built.append(ours(folder / f"ours-{number}", folder))
        again = ours(folder / "ours-0", folder)
        a, b = statistics.median(plain), statistics.median(built)
        print(f"uv venv + uv pip sync: {a:.2f} s; ours, with resolving and hashes: {b:.2f} s; ratio {b / a:.2f}")
        print(f"equal content again: {again:.2f} s, nothing built")


def ours(folder: Path, work: Path) -> float:
    order = {"requirements": {"packages": PACKAGES}, "folder": str(folder), "lock": ""}
    (work / "build.json").write_bytes(msgspec.json.encode(order))
    return _timed([sys.executable, "-m", "mlops.runtime.environment", str(work)])


def _timed(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
