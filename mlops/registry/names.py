"""Names of models: what people, file names, addresses and other tools all take."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal

NAME = re.compile(r"[^\W_](?:[\w .()+-]{0,253}[\w.)+-])?")
"""Other registries allow spaces and letters of any language, and names come from there."""


ALIKE = ("LATIN", "CYRILLIC")
"""Scripts whose letters look alike (Unicode TR 39): two of them in one name make a second spelling of another. Greek
letters stand beside Latin ones in names that people mean, such as β-VAE."""


def checked_name(name: str) -> str:
    """Raises Refusal `name_invalid` with a name that would do."""
    name = name.strip()
    if NAME.fullmatch(name) and len(mixed := _alike(name)) > 1:
        raise Refusal(
            "name_invalid",
            _("“%(name)s” mixes letters of %(scripts)s, which look alike.")
            % {"name": name, "scripts": ", ".join(script.capitalize() for script in mixed)},
            hint=_("Write it in one script."),
        )
    if NAME.fullmatch(name):
        return name
    would_do = re.sub(r"[^\w.()+-]+", "-", name).strip("-._()+")[:255]
    raise Refusal(
        "name_invalid",
        _("“%(name)s” cannot be a model's name.") % {"name": name} if name else _("The model needs a name."),
        hint=_("Use letters, digits, spaces and “- _ . ( ) +”, beginning with a letter or digit; at most 255.")
        + (_(" Such as “%(name)s”.") % {"name": would_do} if would_do else ""),
    )


def _alike(name: str) -> list[str]:
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in name if letter.isalpha()}
    return [script for script in ALIKE if script in scripts]
