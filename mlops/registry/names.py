"""Names of models: what people, file names, addresses and other tools all take."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

NAME = re.compile(r"[^\W_](?:[\w .()+-]{0,253}[\w.)+-])?")
"""Other registries allow spaces and letters of any language, and names come from there."""


def checked_name(name: str) -> str:
    """Raises Refusal `name_invalid` with a name that would do."""
    name = name.strip()
    if NAME.fullmatch(name):
        return name
    would_do = re.sub(r"[^\w.()+-]+", "-", name).strip("-._()+")[:255]
    raise Refusal(
        "name_invalid",
        _("“%(name)s” cannot be a model's name.") % {"name": name} if name else _("The model needs a name."),
        hint=_("Use letters, digits, spaces and “- _ . ( ) +”, beginning with a letter or digit; at most 255.")
        + (_(" Such as “%(name)s”.") % {"name": would_do} if would_do else ""),
    )
