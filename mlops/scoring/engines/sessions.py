"""ONNX Runtime sessions: opened with the threads and the execution providers that the deployment chooses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlops.formats.refusal import Refusal, nearest
from mlops.formats.serving import Serving
from mlops.formats.spoken import gettext as _

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "xnnpack": "XnnpackExecutionProvider",
}


def open_session(path: Path, serving: Serving) -> Any:
    """Raises Refusal `model_missing`, `model_broken`, `provider_unknown` or `provider_absent`."""
    import onnxruntime as ort

    if not path.is_file():
        raise Refusal(
            "model_missing",
            _("%(name)s is not in the server's folder.") % {"name": path.name},
            hint=_("Deploy it again."),
        )
    providers = chosen(serving.providers, ort.get_available_providers())
    options = ort.SessionOptions()
    options.intra_op_num_threads = max(1, serving.threads)
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=providers)
    except Exception as error:
        raise Refusal(
            "model_broken",
            _("onnxruntime cannot load %(parent)s/%(name)s: %(error)s")
            % {"parent": path.parent.name, "name": path.name, "error": error},
        ) from error


def chosen(wanted: Sequence[str], available: Sequence[str]) -> list[str]:
    """Their names in ONNX Runtime, with the processor at the end for what the others cannot do."""
    there = [short for short, name in PROVIDERS.items() if name in available]
    names: list[str] = []
    for one in wanted:
        short = one.lower()
        if short not in PROVIDERS:
            hint = nearest(short, PROVIDERS) or (_("There are: %(names)s.") % {"names": ", ".join(PROVIDERS)})
            raise Refusal("provider_unknown", _("There is no execution provider '%(one)s'.") % {"one": one}, hint=hint)
        if PROVIDERS[short] not in available:
            raise Refusal(
                "provider_absent",
                _("The execution provider '%(short)s' is not in this server's ONNX Runtime, which has %(names)s.")
                % {"short": short, "names": ", ".join(there)},
                hint=_(
                    "Install the ONNX Runtime that has it (such as onnxruntime-gpu), use an image with "
                    "it, or choose another provider."
                ),
            )
        names.append(PROVIDERS[short])
    return [*names, *([] if PROVIDERS["cpu"] in names else [PROVIDERS["cpu"]])]
