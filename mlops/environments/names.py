"""Names and versions of environments: what files, references and addresses all take."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from mlops.formats.azureml.curated import PREFIX
from mlops.formats.refusal import Refusal

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def checked_name(name: str) -> str:
    """Raises Refusal `name_invalid` with a name that would do, `name_taken` for that of a curated environment."""
    name = name.strip()
    if PREFIX.match(name):
        raise Refusal(
            "name_taken",
            _("Names that begin with “AzureML-” are those of curated environments."),
            hint=_("Choose another name, such as “%(name)s”.") % {"name": PREFIX.sub("my-", name)},
            status=409,
        )
    if NAME.fullmatch(name):
        return name
    would_do = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:100]
    raise Refusal(
        "name_invalid",
        _("“%(name)s” cannot name an environment.") % {"name": name} if name else _("The environment needs a name."),
        hint=_("Write `name:` into the file, or give --name: letters, digits, “-”, “_” and “.”.")
        + (_(" Such as “%(name)s”.") % {"name": would_do} if would_do else ""),
        status=422,
    )


def checked_version(version: str) -> str:
    """Empty stays empty. Raises Refusal `version_invalid`; `latest` is a label and can be no version."""
    version = version.strip()
    if not version or (VERSION.fullmatch(version) and version != "latest"):
        return version
    raise Refusal(
        "version_invalid",
        _("“%(version)s” cannot be a version.") % {"version": version},
        hint=_("Use up to 40 letters, digits, “.”, “-” and “_”, such as 1.2.0; or leave it out."),
        status=422,
    )
