"""Making, changing, trying and deleting channels."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require, require_administrator
from mlops.access.models import Project
from mlops.alerts.channels.attempts import note_attempt
from mlops.alerts.channels.kind import Kind, Options, Sent
from mlops.alerts.channels.kinds import kind
from mlops.alerts.channels.secrets import keep_options, options_of
from mlops.alerts.models import Channel, Rule
from mlops.alerts.telling.composing import compose_test
from mlops.alerts.telling.delivering import send_by
from mlops.events.chain import record
from mlops.events.facts import Change, sides, stored
from mlops.formats.refusal import Refusal, Where, nearest

LONGEST_NAME = 60


def create_channel(
    actor: Any,
    *,
    name: str,
    kind_name: str,
    options: Options,
    project: Project | None = None,
    is_personal: bool = False,
) -> Channel:
    """Of a project (contributors), of the actor, or of the server (administrators). Raises Refusal `channel_invalid`,
    `name_taken`, and those of the kind."""
    channel = Channel(project=project, person=actor if is_personal else None, kind=kind_name, created_by=actor)
    require_may_change(actor, channel)
    if is_personal and kind_name == "email":
        message, hint = _("Mail to a person goes to their confirmed address."), _("Give it under “How I am told”.")
        raise Refusal("channel_invalid", message, hint=hint, where=Where(parameter="scope"))
    _write(actor, channel, name, options, "mlops.channel.created")
    return channel


def update_channel(actor: Any, channel: Channel, *, name: str, options: Options) -> Channel:
    """A secret that is left empty stays as it is."""
    require_may_change(actor, channel)
    known = options_of(channel)
    secret = {one.name for one in kind(channel.kind).options if one.is_secret}
    kept = {key: known[key] for key in secret if not options.get(key) and key in known}
    _write(actor, channel, name, {**options, **kept}, "mlops.channel.updated", was=_facts(channel))
    return channel


def enable_channel(actor: Any, channel: Channel, *, is_enabled: bool) -> None:
    require_may_change(actor, channel)
    with transaction.atomic():
        was = _facts(channel)
        if Channel.objects.filter(pk=channel.pk).exclude(is_enabled=is_enabled).update(is_enabled=is_enabled):
            channel.is_enabled = is_enabled
            _record(actor, channel, "mlops.channel.updated", {"enabled": is_enabled}, (was, _facts(channel)))


def delete_channel(actor: Any, channel: Channel) -> None:
    """Raises Refusal `channel_in_use` with the rules that name it."""
    require_may_change(actor, channel)
    users = users_of(channel)
    if users:
        message = _("“%(name)s” is named by the rules %(rules)s.")
        said = message % {"name": channel.name, "rules": ", ".join(users[:5])}
        raise Refusal("channel_in_use", said, hint=_("Take it out of these rules, or switch it off."), status=409)
    with transaction.atomic():
        _record(actor, channel, "mlops.channel.deleted", {}, (_facts(channel), {}))
        channel.delete()


def try_channel(actor: Any, channel: Channel) -> Sent:
    """Sends a test message now and gives the whole answer back. It may take half a minute."""
    require_may_change(actor, channel)
    sent = send_by(channel, compose_test(channel.name))
    note_attempt(channel, sent, timezone.now())
    _record(actor, channel, "mlops.channel.tested", {"ok": sent.is_ok})
    return sent


def users_of(channel: Channel) -> list[str]:
    return list(Rule.objects.filter(channels=channel).order_by("name").values_list("name", flat=True))


def require_may_change(actor: Any, channel: Channel) -> None:
    if channel.project is not None:
        require(actor, "alerts.change", channel.project)
    elif channel.person_id is not None and channel.person_id != actor.pk:
        raise Refusal("not_found", _("There is no such channel, or it is not yours."), status=404)
    elif channel.person_id is None:
        message, hint = _("Only an administrator may change channels of the server."), _("Make one of the project.")
        require_administrator(actor, message, hint)


def _write(
    actor: Any, channel: Channel, name: str, options: Options, event: str, *, was: dict[str, Any] | None = None
) -> None:
    known = kind(channel.kind)
    channel.name = _checked_name(channel, name)
    given = _checked_options(known, options)
    keep_options(channel, known, given, known.check(given))
    channel.trouble, channel.trouble_since = "", None
    with transaction.atomic():
        same = Channel.objects.filter(project=channel.project, person=channel.person, name=channel.name)
        if same.exclude(pk=channel.pk).exists():
            message, hint = _("There is already a channel “%s”.") % channel.name, _("Choose another name.")
            raise Refusal("name_taken", message, hint=hint, status=409, where=Where(parameter="name"))
        channel.save()
        _record(actor, channel, event, {}, None if was is None else (was, _facts(channel)))


def _checked_name(channel: Channel, name: str) -> str:
    text = name.strip()
    if not 0 < len(text) <= LONGEST_NAME:
        message = _("A channel needs a name of at most %d characters.") % LONGEST_NAME
        raise Refusal("channel_invalid", message, hint=_("Such as “ops”."), where=Where(parameter="name"))
    return text


def _checked_options(known: Kind, options: Options) -> Options:
    names = [one.name for one in known.options]
    for name in options:
        if name not in names:
            hint = nearest(name, names) or _("There are: %s.") % ", ".join(names)
            message = _("A channel of the kind %(kind)s has no option “%(name)s”.")
            said = message % {"kind": known.title, "name": name}
            raise Refusal("channel_invalid", said, hint=hint, where=Where(parameter=name))
    given = {name: str(value).strip() for name, value in options.items() if str(value).strip()}
    for one in known.options:
        if one.is_required and one.name not in given:
            message = _("“%s” is missing.") % one.label
            hint = _("Such as %s") % one.placeholder
            raise Refusal("channel_invalid", message, hint=hint, where=Where(parameter=one.name))
    return given


def _facts(channel: Channel) -> dict[str, Any]:
    return stored(channel, leave_out=("options",))


def _record(actor: Any, channel: Channel, type: str, data: dict[str, Any], change: Change | None = None) -> None:
    """Never with an option: addresses of chats are secrets."""
    notice = ("channel", str(channel.pk)) if channel.project else None
    facts = {"name": channel.name, "kind": channel.kind, "personal": channel.person_id is not None, **data}
    subject = f"channels/{channel.name}"
    record(actor, type, subject=subject, project=channel.project, data=facts, notice=notice, **sides(change))
