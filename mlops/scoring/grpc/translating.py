"""Between the protocol's gRPC messages and its JSON form, which the models answer."""

from __future__ import annotations

from typing import Any

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.grpc.messages import message
from mlops.scoring.tensor_bytes import decoded, encoded, flat

_CONTENTS = {
    "BOOL": "bool_contents", "INT8": "int_contents", "INT16": "int_contents", "INT32": "int_contents",
    "INT64": "int64_contents", "UINT8": "uint_contents", "UINT16": "uint_contents", "UINT32": "uint_contents",
    "UINT64": "uint64_contents", "FP32": "fp32_contents", "FP64": "fp64_contents", "BYTES": "bytes_contents",
}  # fmt: skip
"""FP16 comes as raw bytes alone."""


def request_of(asked: Any) -> dict[str, Any]:
    """A ModelInferRequest with all tensors as lists. Raises Refusal `wrong_tensor`."""
    raw = list(asked.raw_input_contents)
    if raw and len(raw) != len(asked.inputs):
        told = f"There are {len(raw)} raw_input_contents for {len(asked.inputs)} inputs."
        raise Refusal("wrong_tensor", told, hint=_("Send one for each input, or none."))
    request: dict[str, Any] = {
        "inputs": [
            {
                "name": tensor.name,
                "datatype": tensor.datatype,
                "shape": list(tensor.shape),
                "data": decoded(tensor.name, tensor.datatype, raw[place]) if raw else _typed(tensor),
            }
            for place, tensor in enumerate(asked.inputs)
        ],
        "outputs": [{"name": output.name} for output in asked.outputs],
    }
    return {**request, "id": asked.id} if asked.id else request


def answer_of(told: dict[str, Any]) -> Any:
    """A ModelInferResponse with raw contents."""
    answer = message("ModelInferResponse")(model_name=told["model_name"], model_version=told["model_version"])
    answer.id = told.get("id", "")
    for output in told["outputs"]:
        datatype, content = encoded(output["datatype"], flat(output["data"]))
        answer.outputs.add(name=output["name"], datatype=datatype, shape=output["shape"])
        answer.raw_output_contents.append(content)
    return answer


def metadata_of(told: dict[str, Any]) -> Any:
    answer = message("ModelMetadataResponse")(
        name=told["name"], versions=told["versions"], platform=told["platform"]
    )  # fmt: skip
    for side in ("inputs", "outputs"):
        for tensor in told[side]:
            getattr(answer, side).add(**tensor)
    return answer


def _typed(tensor: Any) -> list[Any]:
    field = _CONTENTS.get(tensor.datatype)
    if field is None:
        hint = _("Use one of %(names)s, or raw_input_contents.") % {"names": ", ".join(_CONTENTS)}
        raise Refusal(
            "wrong_tensor",
            _("The tensor '%(name)s' has the datatype '%(datatype)s'.")
            % {"name": tensor.name, "datatype": tensor.datatype},
            hint=hint,
        )
    values = list(getattr(tensor.contents, field))
    if tensor.datatype != "BYTES":
        return values
    try:
        return [value.decode() for value in values]
    except UnicodeDecodeError:
        told = f"The tensor '{tensor.name}' has a text that is not UTF-8."
        raise Refusal("wrong_tensor", told, hint=_("Encode texts as UTF-8.")) from None
