"""Deep SHAP of PyTorch networks (Lundberg and Lee, 2017; after DeepLIFT), by shap."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from mlops.explanations.computing.found import Found
from mlops.explanations.computing.model import Numbers, OpenModel


def is_deep(estimator: Any) -> bool:
    """A network that PyTorch holds in layers; one that was compiled has none to look through."""
    module = getattr(estimator, "module", None)
    if module is None:
        return False
    torch: Any = importlib.import_module("torch")
    compiled = (torch.jit.ScriptModule, torch.fx.GraphModule)
    return isinstance(module, torch.nn.Module) and not isinstance(module, compiled)


def contributions(model: OpenModel, cells: Numbers, background: Numbers) -> Found:
    import shap

    torch: Any = importlib.import_module("torch")
    module = model.estimator.module
    usual, given = (torch.tensor(one.astype(np.float32)) for one in (background, cells))
    explainer = shap.DeepExplainer(module, usual)
    found = np.asarray(explainer.shap_values(given, check_additivity=False), dtype=np.float64)
    values = found[:, :, None] if found.ndim == 2 else found
    base = np.asarray(explainer.expected_value, dtype=np.float64).reshape(-1)
    with torch.no_grad():
        answers = module(given).numpy().astype(np.float64).reshape(len(cells), -1)
    if model.task == "two_class" and values.shape[2] == 2:
        values, base, answers = values[:, :, 1:], base[1:], answers[:, 1:]
    return Found(
        kind="deep",
        method="Deep SHAP of the network, computed by shap",
        unit=model.unit,
        values=values,
        base=base,
        answers=answers,
        tolerance=1e-2,  # the rules of DeepLIFT are an approximation where layers multiply
    )
