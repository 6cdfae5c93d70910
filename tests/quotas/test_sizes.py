"""Sizes as people write them."""

from __future__ import annotations

import pytest

from mlops.quotas import sizes


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1500", 1500), ("50GB", 50 * 10**9), ("1.5 tb", 1_500 * 10**9), ("0,25 MB", 250_000), ("7 B", 7)],
)
def test_a_size_is_read_with_or_without_a_unit(text, size):
    assert sizes.read(text) == size


@pytest.mark.parametrize("text", ["", "-1", "GB", "many", "1 GiB", "1e9", "٣ GB"])
def test_what_is_no_size_is_none(text):
    assert sizes.read(text) is None


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1_500_000_000, 50 * 10**12])
def test_what_is_written_exactly_is_read_the_same(size):
    assert sizes.read(sizes.exact(size)) == size
