"""`python -m tests.benchmarks.conversion [MODEL…]`: how many times faster ONNX forms answer than the originals.

Of models as people bring them along, in the child process that the product uses: medians of interleaved calls with 1,
32 and 1,000 rows, one thread each. About three minutes."""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

import msgspec

from mlops.formats.model import ParityCertificate
from mlops.formats.step import StepError
from mlops.packaging.child import run_module
from tests.packaging.external.fitted import FITTED, keep

KINDS = {"network": ("optimised", "float16", "int8"), "forest": ("optimised",), "lightgbm": ("optimised",)}


def main() -> int:
    warnings.simplefilter("ignore")
    print(f"{'model':28}{'form':12}{'1 row':>9}{'32 rows':>9}{'1,000':>9}{'most apart':>12}{'bytes':>10}")
    with tempfile.TemporaryDirectory() as place:
        for name in sys.argv[1:] or FITTED:
            folder = keep(Path(place) / name, FITTED[name]())
            for kind in ("onnx", *KINDS.get(name, ())):
                print(_line(name, kind, folder, Path(place) / f"{name}-{kind}"), flush=True)
    return 0


def _line(name: str, kind: str, folder: Path, out: Path) -> str:
    out.mkdir()
    tolerance = "0.0001" if kind in ("onnx", "optimised") else "0.05"
    arguments = ["--model", str(folder), "--out", str(out), "--tolerance", tolerance, "--kind", kind]
    ended = run_module("mlops.packaging.convert", arguments, folder=out, seconds=300)
    if (out / "error.json").is_file():
        return f"{name:28}{kind:12}{msgspec.json.decode((out / 'error.json').read_bytes(), type=StepError).message}"
    if ended.status:
        return f"{name:28}{kind:12}{ended.why}"
    found = msgspec.json.decode((out / "certificate.json").read_bytes(), type=ParityCertificate)
    times = "".join(f"{speed.speed_up:8.1f}x" for speed in found.speeds)
    told = "" if found.accepted else "  refused"
    return f"{name:28}{kind:12}{times}{found.max_difference:12.1e}{found.onnx_bytes:10,}{told}"


if __name__ == "__main__":
    sys.exit(main())
