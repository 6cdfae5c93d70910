"""Secrets are taken out of what is shown: the values of secret settings, and what looks like a secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings

from mlops import env
from mlops.formats.refusal import Refusal
from mlops.trail.hiding import HIDDEN, hidden

__all__ = ["HIDDEN", "masker"]

LEAST_LENGTH = 6


def masker() -> Callable[[str], str]:
    """With the secrets as they are now; made once for all lines of an answer."""
    known = sorted((value for value in _known() if len(value) >= LEAST_LENGTH), key=len, reverse=True)
    exact = re.compile("|".join(re.escape(value) for value in known)) if known else None

    def mask(text: str) -> str:
        if exact is not None:
            text = exact.sub(HIDDEN, text)
        return hidden(text)

    return mask


def _known() -> set[str]:
    found = {settings.SECRET_KEY}
    for variable in env.VARIABLES:
        if variable.secret:
            with suppress(Refusal):  # a file that cannot be read hides nothing
                found.add(env.read(variable.name))
    return found
