"""`python -m mlops.packaging.convert --model DIR --out DIR --tolerance T`: an ONNX form and its certificate.

With `--kind optimised`, `int8` or `float16` the form is made into that, and compared with the original like any.
`--rows FILE` (Parquet): rows to compare on. Writes `model.onnx`, `certificate.json` and `golden.json`, for a model from
elsewhere `mlops_model.json` too; or `error.json` with the reason why it cannot be done."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from mlops.formats.model import MANIFEST_FILE, ONNX_FILE, ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.packaging.external.sources import graph_of
from mlops.packaging.limits import within_limits

CERTIFICATE_FILE = "certificate.json"
GOLDEN_FILE = "golden.json"
ERROR_FILE = "error.json"
KINDS = ("onnx", "optimised", "int8", "float16")


def convert(folder: Path, out: Path, *, tolerance: float, kind: str = "onnx", rows: Path | None = None) -> None:
    """Raises Refusal `not_convertible`, or `no_gain` for what a kind does not help."""
    graph = graph_of(folder)
    if graph is not None and kind != "onnx":
        _reform_graph(graph, out, tolerance=tolerance, kind=kind, rows=rows)
        return
    from mlops.packaging.golden import recorded
    from mlops.packaging.original_forms import original_of
    from mlops.packaging.parity import certify
    from mlops.packaging.references import of_dataset
    from mlops.packaging.reforming import reformed

    found = original_of(folder)
    signature = found.original.manifest.signature
    reference = of_dataset(rows, signature) if rows is not None else found.reference()
    best: tuple[ParityCertificate, bytes] | None = None
    for way, usual, narrow in found.ways():
        before = None if kind == "onnx" else usual
        content = usual if kind == "onnx" else reformed(kind, usual=usual, narrow=narrow)
        certificate = certify(
            found.original, content, reference=reference, tolerance=tolerance, before=before, way=way, kind=kind
        )
        if best is None or certificate.accepted or _is_closer(certificate, best[0]):
            best = certificate, content
        if certificate.accepted:
            break
    assert best is not None
    (out / ONNX_FILE).write_bytes(best[1])
    (out / CERTIFICATE_FILE).write_bytes(msgspec.json.encode(best[0]))
    golden = recorded(found.original, reference.rows, tolerance=tolerance)
    (out / GOLDEN_FILE).write_bytes(msgspec.json.encode(golden))
    if found.is_external:
        (out / MANIFEST_FILE).write_bytes(msgspec.json.encode(found.original.manifest))


def _reform_graph(graph: Path, out: Path, *, tolerance: float, kind: str, rows: Path | None) -> None:
    """Of an ONNX file that came as it is."""
    from mlops.packaging.graphs import certify_graph
    from mlops.packaging.reforming import reformed

    before = graph.read_bytes()
    after = reformed(kind, usual=before, narrow=lambda: before)
    certificate = certify_graph(before, after, tolerance=tolerance, kind=kind, rows=rows)
    (out / ONNX_FILE).write_bytes(after)
    (out / CERTIFICATE_FILE).write_bytes(msgspec.json.encode(certificate))


def _is_closer(one: ParityCertificate, other: ParityCertificate) -> bool:
    return (one.share_over_tolerance, one.max_difference) < (other.share_over_tolerance, other.max_difference)


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlops.packaging.convert")
    parser.add_argument("--model", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--tolerance", default=1e-4, type=float)
    parser.add_argument("--kind", default="onnx", choices=KINDS)
    parser.add_argument("--rows", default=None, type=Path)
    arguments = parser.parse_args()
    within_limits()
    arguments.out.mkdir(parents=True, exist_ok=True)
    try:
        convert(arguments.model, arguments.out, tolerance=arguments.tolerance, kind=arguments.kind, rows=arguments.rows)
    except Refusal as refusal:
        error = StepError(code=refusal.code, message=refusal.message, hint=refusal.hint, where=refusal.where)
        (arguments.out / ERROR_FILE).write_bytes(msgspec.json.encode(error))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
