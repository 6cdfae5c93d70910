"""The settings of the process that answers: value, and where it came from. Secrets are never shown."""

from __future__ import annotations

import msgspec

from mlops import env


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str
    origin: str
    """`default`, `environment` or `file`."""
    help: str
    is_secret: bool


def settings() -> list[Setting]:
    return [
        Setting(name=one.name, value=env.shown(one), origin=env.origin(one.name), help=one.help, is_secret=one.secret)
        for one in env.VARIABLES
    ]
