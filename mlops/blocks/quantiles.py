"""The quantiles that a model estimates, written as text: `0.25; 0.5; 0.75`."""

from __future__ import annotations

from mlops.blocks.range_text import values_of

MOST_QUANTILES = 25


def quantiles_of(text: str) -> tuple[float, ...]:
    """Ascending, each between 0 and 1. Raises ValueError with a sentence."""
    values = tuple(sorted(values_of(text, whole=False)))
    wrong = next((value for value in values if not 0 < value < 1), None)
    if wrong is not None:
        raise ValueError(f"{wrong:g} is no quantile; quantiles lie between 0 and 1, such as 0.5 for the middle.")
    if not 1 <= len(values) <= MOST_QUANTILES:
        raise ValueError(f"{len(values)} quantiles are given; 1 to {MOST_QUANTILES} can be estimated.")
    return values


def quantile_names(text: str) -> tuple[str, ...]:
    return tuple(f"{value:g}" for value in quantiles_of(text))
