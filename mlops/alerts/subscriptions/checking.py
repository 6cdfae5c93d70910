"""What is wrong with the settings of a subscription."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.alerts.envelopes import azure, mlflow
from mlops.alerts.outside import require_public
from mlops.alerts.signing import key_of
from mlops.events.catalogue import TYPES
from mlops.formats.event_filter import is_type_of, read_filters
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.subscription import SubscriptionSettings

NAME = re.compile(r"[\w][\w .-]{0,59}")
PRINTABLE = re.compile(r"[\x20-\x7e]*")
MOST_TYPES = 100
MOST_DESCRIPTION, MOST_SECRET = 5_000, 1_000


def read_settings(given: Any) -> SubscriptionSettings:
    """From JSON, YAML or a form. Raises Refusal `subscription_invalid`."""
    fields = SubscriptionSettings.__struct_fields__
    for name in given if isinstance(given, dict) else ():
        if name not in fields:
            hint = nearest(str(name), fields) or _("There are: %s.") % ", ".join(fields)
            raise _refused(str(name), _("A subscription has no setting “%s”.") % name, hint)
    try:
        return msgspec.convert(given, SubscriptionSettings)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else "subscription"
        raise _refused(
            place, _("The settings cannot be understood: %s.") % error, _("See the page's fields.")
        ) from error


def check(wanted: SubscriptionSettings) -> None:
    """Everything but the name's being free. Looks the host up."""
    if not NAME.fullmatch(wanted.name):
        raise _refused("name", _("A subscription cannot be named so."), _("Letters, digits, blanks; at most 60."))
    if wanted.url:
        require_public(wanted.url)
    if wanted.envelope == "mlflow":
        _check_webhook(wanted)
    elif wanted.secret:
        key_of(wanted.secret)
    if len(wanted.description) > MOST_DESCRIPTION:
        message = _("A description has at most %d characters.") % MOST_DESCRIPTION
        raise _refused("description", message, _("Shorten it."))
    if len(wanted.authorization or "") > 2000 or not PRINTABLE.fullmatch(wanted.authorization or ""):
        raise _refused("authorization", _("This cannot be sent as a header."), _("Such as “Bearer …”, in one line."))
    for place, text in (("begins", wanted.subject_begins_with), ("ends", wanted.subject_ends_with)):
        if len(text) > 200:
            raise _refused(f"subject_{place}_with", _("A subject has at most 200 characters."), _("Shorten it."))
    read_filters(wanted.filters)
    _check_types(wanted)


def _check_types(wanted: SubscriptionSettings) -> None:
    known = [*TYPES, *azure.TYPES] if wanted.envelope.startswith("azure") else list(TYPES)
    if len(wanted.types) > MOST_TYPES:
        raise _refused("types", _("There are at most %d types.") % MOST_TYPES, _("Use a wildcard, as in mlops.run.*."))
    for pattern in wanted.types:
        if any(is_type_of(one, [pattern]) for one in known):
            continue
        hint = nearest(pattern, known) or _("`mlops event types` lists them; mlops.run.* means all of runs.")
        raise _refused("types", _("There is no type of event “%s”.") % pattern[:100], hint)
    if wanted.envelope.startswith("azure") and wanted.types and not _has_azure(wanted.types):
        message = _("None of these types has a form in Azure's envelopes.")
        raise _refused("types", message, _("Choose CloudEvents, or one of: %s.") % ", ".join(azure.TYPES))


def _check_webhook(wanted: SubscriptionSettings) -> None:
    if len(wanted.secret) > MOST_SECRET:
        raise _refused("secret", _("A secret has at most %d characters.") % MOST_SECRET, _("Shorten it."))
    if wanted.handshake != "none":
        message = _("MLflow's receivers know no handshake.")
        raise _refused("handshake", message, _("Choose none, or another envelope."))
    if wanted.types and not any(is_type_of(one, wanted.types) for one in mlflow.TYPES):
        message = _("None of these types has a form in MLflow's envelope.")
        hint = _("Choose CloudEvents, or one of: %s.") % ", ".join(mlflow.TYPES)
        raise _refused("types", message, hint)


def _has_azure(patterns: tuple[str, ...]) -> bool:
    return any(is_type_of(one, patterns) for one in (*azure.TYPES, *azure.OURS))


def _refused(place: str, message: str, hint: str) -> Refusal:
    return Refusal("subscription_invalid", message, hint=hint, where=Where(parameter=place))
