"""A terminal's language is the server's."""

from __future__ import annotations

import pytest

from mlops.client.speaking import language_of


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LANG": "POSIX"}, ""),
        ({}, ""),
    ],
)
def test_the_language_is_that_of_the_terminal(environment, language):
    assert language_of(environment) == language
