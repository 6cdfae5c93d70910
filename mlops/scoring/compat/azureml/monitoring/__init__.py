"""azureml.monitoring (SDK v1): a script's ModelDataCollector writes to the deployment's own collection."""

from __future__ import annotations

from typing import Any

from azureml._absent import absent
from mlops.scoring.children.gathering import Collector, as_columns, present_correlation_id

CORRELATION = "$aml_dc_correlation_id"


class ModelDataCollector:
    """Model, workspace and the like are the deployment's here; what is asked for is ignored, as Azure's documentation
    has it for a service."""

    def __init__(
        self,
        model_name: str = "",
        designation: str = "default",
        feature_names: Any = None,
        identifier: Any = None,
        model_version: Any = None,
        *_more: object,
        **_named: object,
    ) -> None:
        self.designation, self.feature_names = designation, feature_names
        self._collector = Collector(designation)

    def collect(self, input_data: Any, user_correlation_id: str = "auto") -> str:
        columns = as_columns(input_data, self.feature_names)
        given = columns.pop(CORRELATION, None)
        if user_correlation_id in ("auto", "", None):
            same = set(given or ())
            user_correlation_id = str(same.pop()) if len(same) == 1 else ""
        if user_correlation_id == present_correlation_id():
            user_correlation_id = ""
        return self._collector.collect(columns, correlation_id=user_correlation_id)

    def add_correlation_id(self, input_data: Any, user_correlation_id: str = "auto") -> Any:
        """A data frame gets the column; other forms have no place for it and stay as they are."""
        if hasattr(input_data, "assign"):
            wanted = present_correlation_id() if user_correlation_id in ("auto", "", None) else user_correlation_id
            return input_data.assign(**{CORRELATION: wanted})
        return input_data


INSTEAD = "switch on data collection in the deployment's settings: requests and answers are kept without code"
__getattr__ = absent("azureml.monitoring", {"DataCollector": INSTEAD})
