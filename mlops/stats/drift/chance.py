"""How likely chance alone would show as much, and what is left of that over many columns.

The tests take rows as drawn independently. With many rows a test finds differences that matter to nobody: so an alarm
needs both, an effect at its limit or more, and a p-value that holds after Holm's correction over all columns (1979),
which keeps the chance of any false alarm in a look at or below the stated rate, whatever the columns have in common."""

from __future__ import annotations

from collections.abc import Sequence

from mlops.stats.drift.kolmogorov import two_sided_p

MARGIN = 1.5
"""By which p-values of a family are made larger: those of small windows are approximations, and up to a fifth too
small where they matter. So the rate is kept, and not only nearly."""


def kolmogorov_smirnov_p(statistic: float, first_rows: int, second_rows: int) -> float:
    """Two-sided, as scipy.stats.ks_2samp(method="asymp"). With ties it is too large rather than too small."""
    effective = first_rows * second_rows / (first_rows + second_rows)
    return two_sided_p(statistic, max(round(effective), 1))


def chi_squared_p(statistic: float, degrees_of_freedom: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(degrees_of_freedom, statistic)) if degrees_of_freedom else 1.0


def holm(p_values: Sequence[float], *, parts: int = 1) -> list[float]:
    """Adjusted p-values, in the given order, with the margin. `parts`: how many such families share one rate."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted, least = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(p_values[place] * (len(p_values) - rank) * parts * MARGIN, 1.0))
        adjusted[place] = least
    return adjusted
