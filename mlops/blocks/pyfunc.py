"""MLflow's way into a model: `_load_pyfunc(path)` gives an object that predicts on pandas data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from mlops.blocks.scoring import LoadedModel


class PandasModel:
    def __init__(self, model: LoadedModel) -> None:
        self.model = model

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Score columns, with the index of the input."""
        from mlops.blocks.frames import from_pandas, to_pandas

        scored = to_pandas(self.model.score(from_pandas(model_input)))
        scored.index = model_input.index
        return scored


def _load_pyfunc(path: str) -> PandasModel:
    from mlops.blocks.scoring import load_model

    return PandasModel(load_model(path))
