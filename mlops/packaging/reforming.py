"""Makes another form of an ONNX file: optimised offline, with eight-bit weights, or in half precision.

Each is refused where it could not help. Loads onnxruntime: for child processes only."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import onnx

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

DENSE = ("MatMul", "Gemm", "Conv", "LSTM", "GRU", "Attention")
"""Operators that multiply by weights: what quantising is about."""
TREES = ("TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble")


def reformed(kind: str, *, usual: bytes, narrow: Callable[[], bytes]) -> bytes:
    """`narrow` gives the form whose numbers are float32 inside. Raises Refusal `no_gain` with the reason."""
    makers: dict[str, Callable[[bytes], bytes]] = {"int8": _int8, "float16": _float16}
    return _optimised(usual) if kind == "optimised" else makers[kind](narrow())


def _optimised(content: bytes) -> bytes:
    """The graph as onnxruntime would rewrite it at each start, without what fits one processor only."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "optimised.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(place)
        options.log_severity_level = 3
        onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        found = place.read_bytes()
    if _operators(found) == _operators(content):
        raise _no_gain(_("onnxruntime finds nothing to simplify in its graph."))
    return found


def _int8(content: bytes) -> bytes:
    """Weights as eight-bit numbers, what flows through quantised as it comes (dynamic quantisation)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    _require_dense(content, "Eight-bit weights")
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.onnx", Path(folder) / "after.onnx"
        before.write_bytes(_with_each_opset_once(content))
        quantize_dynamic(before, after, weight_type=QuantType.QInt8, per_channel=True)
        found = after.read_bytes()
    if _operators(found) == _operators(content):
        raise _no_gain(_("none of its multiplications could be quantised: their weights are no constants."))
    return found


def _with_each_opset_once(content: bytes) -> bytes:
    model = onnx.load_from_string(content)
    versions = {one.domain: one.version for one in model.opset_import}
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(domain, version) for domain, version in versions.items())
    once: bytes = model.SerializeToString()
    return once


def _float16(content: bytes) -> bytes:
    """Weights and sums in half precision; inputs and outputs stay float32."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    _require_dense(content, "Half precision numbers")
    model = convert_float_to_float16(onnx.load_from_string(content), keep_io_types=True)
    _loads(model.SerializeToString())
    found: bytes = model.SerializeToString()
    return found


def _loads(content: bytes) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class for each of its faults
        raise _no_gain(
            _("onnxruntime cannot run it so on a processor (%(reason)s).")
            % {"reason": str(error).splitlines()[0][:200]}
        ) from error


def _require_dense(content: bytes, what: str) -> None:
    operators = _operators(content)
    if any(operators[name] for name in DENSE):
        return
    if any(operators[name] for name in TREES):
        raise _no_gain(
            _("%(what)s help where many numbers are multiplied by weights; this model is made of trees.")
            % {"what": what}
        )
    raise _no_gain(
        _("%(what)s help where many numbers are multiplied by weights; this model has none of that.") % {"what": what}
    )


def _operators(content: bytes) -> Counter[str]:
    return Counter(node.op_type for node in onnx.load_from_string(content).graph.node)


def _no_gain(reason: str) -> Refusal:
    return Refusal(
        "no_gain",
        _("There is nothing to gain: %(reason)s") % {"reason": reason},
        hint=_("Serve the ONNX form as it is."),
        status=422,
    )
