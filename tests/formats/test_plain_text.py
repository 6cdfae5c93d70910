"""Texts with signs that databases refuse are found wherever they are."""

from __future__ import annotations

import pytest

from mlops.formats.plain_text import is_plain


@pytest.mark.parametrize("odd", ["a\x00", "\ud800", ["a", ["\x00"]], {"\udfff": 1}, {"a": [{"b": "\x00"}]}])
def test_odd_texts_are_found_at_any_depth(odd):
    assert not is_plain(odd)


@pytest.mark.parametrize("plain", ["", "a\n\t", "ü\U0001f600", 1, None, 1.5, [1, "a"], {"a": {"b": ("c",)}}])
def test_all_else_is_plain(plain):
    assert is_plain(plain)
