"""`python -m mlops.packaging.convert --model DIR --out DIR --tolerance T`: the ONNX form and its certificate.

Writes `model.onnx`, `certificate.json` and `golden.json`, or `error.json` with the reason why it cannot be done.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from mlops.formats.model import ONNX_FILE
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.packaging.limits import within_limits

CERTIFICATE_FILE = "certificate.json"
GOLDEN_FILE = "golden.json"
ERROR_FILE = "error.json"


def convert(folder: Path, out: Path, *, tolerance: float) -> None:
    """Raises Refusal `not_convertible`."""
    from mlops.packaging.golden import record_requests
    from mlops.packaging.onnx_graph import compile_model
    from mlops.packaging.parity import certify

    content = compile_model(folder).SerializeToString()
    (out / ONNX_FILE).write_bytes(content)
    certificate = certify(folder, content, tolerance=tolerance)
    (out / CERTIFICATE_FILE).write_bytes(msgspec.json.encode(certificate))
    (out / GOLDEN_FILE).write_bytes(msgspec.json.encode(record_requests(folder, tolerance=tolerance)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.packaging.convert")
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--tolerance", default=1e-4, type=float)
    arguments = parser.parse_args()
    within_limits()
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        convert(arguments.model, arguments.out, tolerance=arguments.tolerance)
    except Refusal as refusal:
        error = StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=refusal.where)
        (arguments.out / ERROR_FILE).write_bytes(msgspec.json.encode(error))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
