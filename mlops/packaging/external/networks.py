"""A PyTorch network from elsewhere: it takes a matrix and gives numbers, and torch itself writes its ONNX form."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np

from mlops.formats.spoken import gettext as _
from mlops.packaging.external.sources import no_form

TRIED_ROWS = 16


class Network:
    """With the face of an estimator: `classes_` where its rows are probabilities. Raises Refusal `not_convertible`."""

    def __init__(self, module: Any, width: int, *, exported: Any = None) -> None:
        """`exported`: the torch.export.ExportedProgram that the module comes from, if any."""
        self.module, self.n_features_in_, self.exported = module, width, exported
        tried = np.random.default_rng(7).normal(size=(TRIED_ROWS, width))
        found = self._answers(tried)
        if found.ndim != 2 or found.shape[0] != TRIED_ROWS:
            raise no_form(
                _("the network gives %(tuple)s for a row, not a list of numbers.") % {"tuple": tuple(found.shape[1:])}
            )
        if found.shape[1] > 1:
            if not _are_chances(found):
                raise no_form(
                    _("the network gives %(shape)s numbers a row that are no probabilities.")
                    % {"shape": found.shape[1]},
                    hint=_("End it with softmax(dim=1), and save it again."),
                )
            self.classes_ = np.arange(found.shape[1])

    def predict(self, cells: Any) -> Any:
        found = self._answers(cells)
        return found.argmax(axis=1) if hasattr(self, "classes_") else found[:, 0]

    def predict_proba(self, cells: Any) -> Any:
        return self._answers(cells)

    def as_onnx(self, *, opset: int) -> Any:
        """The graph from `matrix` [rows, width] to `numbers`."""
        import onnx
        import torch

        place = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if self.exported is not None:
                return self._exported_as_onnx(opset)
            torch.onnx.export(
                self.module,
                (torch.zeros(2, self.n_features_in_),),
                place,
                input_names=["matrix"],
                output_names=["numbers"],
                dynamic_axes={"matrix": {0: "rows"}, "numbers": {0: "rows"}},
                opset_version=opset,
                dynamo=False,
            )
        return onnx.load_from_string(place.getvalue())

    def _exported_as_onnx(self, opset: int) -> Any:
        """What torch.export wrote cannot be traced again; onnxscript reads it."""
        import torch

        try:
            written: Any = torch.onnx.export(
                self.exported,
                input_names=["matrix"],
                output_names=["numbers"],
                opset_version=opset,
                dynamo=True,
                verbose=False,
            )
        except ModuleNotFoundError as error:
            raise no_form(
                _("the package %(name)s is not installed, which reads what torch.export wrote.") % {"name": error.name},
                hint=_("Install mlops-studio[deep], or save the network by torch.jit.trace(…).save(…)."),
            ) from error
        return written.model_proto

    def _answers(self, cells: Any) -> Any:
        import torch

        with torch.no_grad():
            found = self.module(torch.as_tensor(np.asarray(cells, dtype=np.float32)))
        if not isinstance(found, torch.Tensor):
            raise no_form(_("the network gives a %(found)s, not a tensor.") % {"found": type(found).__name__})
        numbers = found.detach().numpy().astype(np.float64)
        return numbers[:, np.newaxis] if numbers.ndim == 1 else numbers


def fixed_rows(exported: Any) -> int | None:
    """How many rows an ExportedProgram takes at once, where it was exported for one number only."""
    given = exported.example_inputs[0] if exported.example_inputs else ()
    if not given or exported.range_constraints:
        return None
    return int(given[0].shape[0])


def width_of(module: Any) -> int | None:
    """Of its first layer, where that says so."""
    for one in module.parameters():
        if one.ndim == 2:
            return int(one.shape[1])
    return None


def _are_chances(found: Any) -> bool:
    return bool((found >= -1e-6).all() and np.allclose(found.sum(axis=1), 1, atol=1e-4))
