"""Histograms of numbers: at most thirty bins, one per value where a column holds few whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops.formats.profile import Histogram

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_BINS = 30


def histogram(values: npt.NDArray[Any], *, bins: int = MOST_BINS, whole: bool = False) -> Histogram | None:
    """Counts of finite values; None when there is none. `whole`: the values are whole numbers."""
    import numpy as np

    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return None
    counts, edges = np.histogram(finite, bins=even_edges(float(finite.min()), float(finite.max()), bins, whole=whole))
    return Histogram(edges=tuple(edges.tolist()), counts=tuple(counts.tolist()))


def even_edges(low: float, high: float, bins: int, *, whole: bool) -> npt.NDArray[np.float64]:
    import numpy as np

    if whole and high - low < bins:
        return np.arange(low, high + 2) - 0.5
    if low == high or not np.isfinite(high - low):
        return _edges_of_one_value(low, high)
    if whole:
        width = np.ceil((high - low + 1) / bins)
        return np.arange(int(np.ceil((high - low + 1) / width)) + 1) * width + low - 0.5
    edges = np.linspace(low, high, bins + 1)
    return edges if np.all(np.diff(edges) > 0) else _edges_of_one_value(low, high)


def _edges_of_one_value(low: float, high: float) -> npt.NDArray[np.float64]:
    import numpy as np

    margin = max(abs(low), abs(high), 1.0) * 0.01
    return np.array([low - min(margin, 0.5), high + min(margin, 0.5)]) if low == high else np.array([low, high])
