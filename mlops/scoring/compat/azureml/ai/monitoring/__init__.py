"""azureml.ai.monitoring (SDK v2): a script's Collector writes to the deployment's own collection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azureml._absent import absent
from mlops.scoring.children.gathering import Collector as OurCollector
from mlops.scoring.children.gathering import present_correlation_id

__all__ = ["BasicCorrelationContext", "Collector"]


class BasicCorrelationContext:
    """What the tables of one request have in common."""

    def __init__(self, id: str = "") -> None:
        self._id = id or present_correlation_id()

    def get_id(self) -> str:
        return self._id


class Collector:
    """`model_inputs` and `model_outputs` are kept as inputs and predictions."""

    def __init__(self, *, name: str, on_error: Callable[[Exception], Any] | None = None, **_named: object) -> None:
        self.name = name
        self._collector = OurCollector(name, on_error=on_error)

    def collect(self, data: Any, correlation_context: Any = None) -> Any:
        context = correlation_context or BasicCorrelationContext()
        own = context.get_id()
        self._collector.collect(data, correlation_id="" if own == present_correlation_id() else own)
        return context


__getattr__ = absent("azureml.ai.monitoring", {"collector": "import Collector from azureml.ai.monitoring"})
