"""Names of models: what people, file names, addresses and other tools all take."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def checked_name(name: str) -> str:
    """Raises Refusal `name_invalid` with a name that would do."""
    name = name.strip()
    if NAME.fullmatch(name):
        return name
    would_do = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:120]
    raise Refusal(
        "name_invalid",
        _("“%(name)s” cannot be a model's name.") % {"name": name} if name else _("The model needs a name."),
        hint=_("Use letters, digits, “-”, “_” and “.”, beginning with a letter or digit.")
        + (_(" Such as “%(name)s”.") % {"name": would_do} if would_do else ""),
    )
