"""Names and versions of components: what drawings, file names, YAML references and addresses all take."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from mlops.blocks.library import BUILT_IN_NAMES
from mlops.formats.refusal import Refusal

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def checked_name(name: str) -> str:
    """Raises Refusal `name_invalid` with a name that would do, `name_taken` for that of a built-in component."""
    name = name.strip()
    if name in BUILT_IN_NAMES:
        raise Refusal(
            "name_taken",
            _("“%(name)s” is a built-in component.") % {"name": name},
            hint=_("Choose another name, such as my_%(name)s.") % {"name": name},
            status=409,
        )
    if NAME.fullmatch(name):
        return name
    would_do = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:100]
    would_do = would_do if not would_do[:1].isdigit() else f"step_{would_do}"
    raise Refusal(
        "name_invalid",
        _("“%(name)s” cannot name a component.") % {"name": name} if name else _("The component needs a name."),
        hint=_("Use letters, digits, “-” and “_”, beginning with a letter.")
        + (_(" Such as “%(name)s”.") % {"name": would_do} if would_do else ""),
    )


def checked_version(version: str) -> str:
    """Empty stays empty. Raises Refusal `version_invalid`."""
    version = version.strip()
    if not version or VERSION.fullmatch(version):
        return version
    raise Refusal(
        "version_invalid",
        _("“%(version)s” cannot be a version.") % {"version": version},
        hint=_("Use up to 40 letters, digits, “.”, “-” and “_”, such as 1.2.0; or leave it out."),
    )
