"""The binary tensor extension of the Open Inference Protocol: JSON, followed by the bytes of its tensors."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _
from mlops.scoring.bodies import read_json
from mlops.scoring.exchange import Answer
from mlops.scoring.tensor_bytes import decoded, encoded, flat

LENGTH_HEADER = b"inference-header-content-length"
OCTETS = b"application/octet-stream"
EXTENSION = "binary_tensor_data"


def read_request(body: bytes, length: bytes) -> Any:
    """The request with all tensors as lists. `length`: the header's value; empty: the body is JSON alone."""
    if not length:
        return read_json(body)
    if not length.isdigit() or int(length) > len(body):
        raise _refused(
            _("Inference-Header-Content-Length is '%(length)s' of %(count)s bytes.")
            % {"length": length.decode("latin-1"), "count": f"{len(body):,}"}
        )
    place = int(length)
    request = read_json(body[:place])
    tensors = request.get("inputs") if isinstance(request, dict) else None
    for tensor in tensors if isinstance(tensors, list) else ():
        size = _size(tensor)
        if size is None:
            continue
        if place + size > len(body):
            raise _refused(
                _("The tensor '%(get)s' says %(size)s bytes; %(body)s are left.")
                % {"get": tensor.get("name"), "size": f"{size:,}", "body": f"{len(body) - place:,}"}
            )
        content = body[place : place + size]
        tensor["data"] = decoded(str(tensor.get("name")), str(tensor.get("datatype")), content)
        place += size
    if place != len(body):
        raise _refused(_("%(body)s bytes at the end belong to no tensor.") % {"body": f"{len(body) - place:,}"})
    return request


def write_answer(answer: dict[str, Any], request: Any) -> Answer:
    """Those outputs as bytes for which the request asks so."""
    wanted = _wanted(request)
    parts: list[bytes] = []
    outputs = []
    for output in answer["outputs"]:
        if wanted.get(output["name"], wanted[""]):
            datatype, content = encoded(output["datatype"], flat(output["data"]))
            parts.append(content)
            output = {**output, "datatype": datatype, "parameters": {"binary_data_size": len(content)}}
            del output["data"]
        outputs.append(output)
    told = msgspec.json.encode({**answer, "outputs": outputs})
    if not parts:
        return Answer(body=told)
    headers = ((LENGTH_HEADER, b"%d" % len(told)),)
    return Answer(body=b"".join((told, *parts)), content_type=OCTETS, headers=headers)


def _wanted(request: Any) -> dict[str, bool]:
    """By output's name; under the empty name what counts for the others."""
    asked = request if isinstance(request, dict) else {}
    wanted = {"": bool(_parameters(asked).get("binary_data_output"))}
    for output in asked.get("outputs") or ():
        if isinstance(output, dict) and "binary_data" in _parameters(output):
            wanted[str(output.get("name"))] = bool(_parameters(output)["binary_data"])
    return wanted


def _size(tensor: Any) -> int | None:
    size = _parameters(tensor).get("binary_data_size") if isinstance(tensor, dict) else None
    if size is None:
        return None
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise _refused(
            _("The tensor '%(get)s' has the binary_data_size %(size)s.")
            % {"get": tensor.get("name"), "size": f"{size!r}"}
        )
    return size


def _parameters(value: dict[str, Any]) -> dict[str, Any]:
    found = value.get("parameters")
    return found if isinstance(found, dict) else {}


def _refused(message: str) -> Refusal:
    hint = _("The header tells the length of the JSON; each tensor's binary_data_size the bytes that follow, in order.")
    return Refusal("wrong_binary", message, hint=hint)
