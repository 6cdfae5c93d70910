"""What is said of a repository when it is connected or changed. What is None stays as it is."""

from __future__ import annotations

from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

FILES = (".mlops/*.yml", ".mlops/*.yaml")


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str | None = None
    url: str | None = None
    host: str | None = None
    """github, gitlab, gitea or plain; by default what the address says."""
    branch: str | None = None
    login: str | None = None
    """none, token or key; by default token where one is given, key for SSH, else none."""
    user: str | None = None
    token: str | None = None
    host_key: str | None = None
    api_url: str | None = None
    files: list[str] | None = None
    branches: list[str] | None = None
    paths: list[str] | None = None
    poll_minutes: int | None = None
    reports_status: bool | None = None
    is_enabled: bool | None = None


def read_wanted(given: dict[str, Any]) -> Wanted:
    """Raises Refusal `repository_settings_invalid`."""
    try:
        return msgspec.convert(given, Wanted)
    except msgspec.ValidationError as error:
        raise Refusal(
            "repository_settings_invalid",
            _("These settings cannot be read: %s.") % error,
            hint=_("They are: %s.") % ", ".join(Wanted.__struct_fields__),
            status=422,
        ) from error


def require_length(text: str, most: int, parameter: str) -> str:
    text = text.strip()
    if len(text) > most or "\0" in text:
        raise Refusal(
            "repository_settings_invalid",
            _("“%(name)s” is too long, or holds what no text holds.") % {"name": parameter},
            hint=_("At most %d letters.") % most,
            status=422,
            where=Where(parameter=parameter),
        )
    return text
