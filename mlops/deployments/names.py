"""Names of endpoints and deployments: they become parts of addresses and headers."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

NAME = re.compile(r"[A-Za-z]([A-Za-z0-9-]{0,58}[A-Za-z0-9])?")


def checked_name(name: str, *, what: str, parameter: str = "name") -> str:
    """Raises Refusal `name_invalid` with a name that would do. `what`: endpoint or deployment."""
    name = name.strip()
    if NAME.fullmatch(name):
        return name
    would_do = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60].lower()
    told = (
        _("“%(name)s” cannot be the name of an %(what)s.")
        if what[0] in "aeio"
        else _("“%(name)s” cannot be the name of a %(what)s.")
    )
    message = told % {"name": name, "what": what} if name else _("Give the %(what)s a name.") % {"what": what}
    hint = _("Use letters, digits and “-”, beginning with a letter; at most 60.")
    if NAME.fullmatch(would_do):
        hint += _(" Such as “%(name)s”.") % {"name": would_do}
    raise Refusal("name_invalid", message, hint=hint, where=Where(parameter=parameter))
