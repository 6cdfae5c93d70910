from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstwo

from mlops.stats.drift.kolmogorov import pelz_good, two_sided_p


@pytest.mark.parametrize("rows", [1, 7, 60, 141, 500, 2_308, 50_000, 100_001, 5_000_000])
def test_p_values_are_scipys(rows: int) -> None:
    for scaled in np.concatenate([np.linspace(0.2, 2.5, 24), [0.05, 4.0]]):
        statistic = min(float(scaled / np.sqrt(rows)), 1.0)
        assert two_sided_p(statistic, rows) == pytest.approx(float(kstwo.sf(statistic, rows)), abs=1e-12)


def test_the_expansion_holds_where_it_is_used() -> None:
    for scaled in np.linspace(0.3, 1.48, 20):
        assert pelz_good(scaled / 1_000, 1_000_000) == pytest.approx(kstwo.sf(scaled / 1_000, 1_000_000), abs=1e-12)
