"""The distribution of the two-sided Kolmogorov-Smirnov statistic, as scipy.stats.kstwo has it (Simard and L'Ecuyer,
2011), without what importing scipy.stats costs at the start of each look, where that is not needed."""

from __future__ import annotations

from math import ceil, exp, pi, sqrt

FEW = 140
FAR = 2.2
"""Of n x²: from there on the upper tail is twice that of the one-sided statistic."""
SMALLEST_LOG = -745.0


def two_sided_p(statistic: float, rows: int) -> float:
    """That `rows` draws lie as far from their distribution by chance, or farther."""
    from scipy.special import smirnov

    if statistic <= 0:
        return 1.0
    if rows > FEW and statistic < 0.5 and rows * statistic > 1:
        if rows * statistic**2 >= FAR:
            return float(min(2 * smirnov(rows, statistic), 1.0))
        if rows > 100_000 or rows * statistic**1.5 > 1.4:
            return pelz_good(statistic, rows)
    from scipy.stats import kstwo

    return float(min(max(kstwo.sf(statistic, rows), 0.0), 1.0))


def pelz_good(statistic: float, rows: int) -> float:
    """By the expansion of Pelz and Good (1976) in powers of 1 / sqrt(rows), to the third."""
    z = sqrt(rows) * statistic
    if -(pi**2) / (8 * z**2) < SMALLEST_LOG:
        return 1.0
    first = second = third = fourth = 0.0
    for place in range(ceil(16 * z / pi), 0, -1):
        odd = ((2 * place - 1) * pi / 2) ** 2
        weight = exp(-odd / (2 * z**2))
        first += weight
        second += weight * (odd - z**2)
        third += weight * (6 * z**6 + 2 * z**4 + (2 * z**4 - 5 * z**2) * odd + (1 - 2 * z**2) * odd**2)
        fourth += weight * (
            -30 * z**6
            - 90 * z**8
            + (135 * z**4 - 96 * z**6) * odd
            + (212 * z**4 - 60 * z**2) * odd**2
            + (5 - 30 * z**2) * odd**3
        )
        even = (place * pi) ** 2
        weight = exp(-even / (2 * z**2))
        third -= weight * even * 2 * z**4
        fourth += weight * even * (3 * z**2 - even) * 30 * z**4
    root = sqrt(2 * pi)
    terms = (
        root / z * first,
        root / (6 * z**4) * second / sqrt(rows),
        root / (72 * z**7) * third / rows,
        root / (6480 * z**10) * fourth / rows**1.5,
    )
    return min(max(1 - sum(terms), 0.0), 1.0)
