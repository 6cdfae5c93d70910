"""The options of a channel, open and sealed together."""

from __future__ import annotations

import msgspec

from mlops.access.sealing import seal, unseal
from mlops.alerts.channels.kind import Kind, Options
from mlops.alerts.models import Channel


def options_of(channel: Channel) -> Options:
    """Raises Refusal `secret_unreadable`."""
    sealed = unseal(channel.sealed)
    secret: Options = msgspec.json.decode(sealed) if sealed else {}
    return {**channel.options, **secret}


def keep_options(channel: Channel, kind: Kind, options: Options, shown: str) -> None:
    """`shown`: where it leads, without what is secret."""
    secret = {one.name for one in kind.options if one.is_secret}
    hidden = {name: value for name, value in options.items() if name in secret}
    channel.options = {name: value for name, value in options.items() if name not in secret} | {"shown": shown}
    channel.sealed = seal(msgspec.json.encode(hidden).decode()) if hidden else ""
