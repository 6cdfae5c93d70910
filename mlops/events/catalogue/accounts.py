"""Events of people and their tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from mlops.events.catalogue.described import Data, EventType, Time, said


class Created(Data, kw_only=True):
    administrator: bool


class SignedIn(Data, kw_only=True):
    by: Literal["password", "link"]


class Locked(Data, kw_only=True):
    address: Annotated[str, said("Where the attempts came from.")]
    attempts: int
    until: Time


class TokenCreated(Data, kw_only=True):
    name: str
    scopes: Annotated[str, said("What it may do: `all`, `read`, or names of actions with commas between them.")]
    of: Annotated[str, said("Whom it speaks for: the person, or a service account.")] = ""
    project: Annotated[str, said("The only one in which it is good; empty: everywhere.")] = ""


class TokenRevoked(Data, kw_only=True):
    name: str


class PreferencesChanged(Data, kw_only=True):
    fields: Annotated[list[str], said("The names of what changed.")]


TYPES = (
    EventType("mlops.account.created", "Account created", "An account is made for a person.", "people/{name}", Created),
    EventType(
        "mlops.account.signed_in", "Signed in", "Somebody signs in by password or link.", "people/{name}", SignedIn
    ),
    EventType(
        "mlops.account.locked",
        "Locked out",
        "Somebody was wrong too often, and has to wait.",
        "people/{name}",
        Locked,
    ),
    EventType("mlops.account.freed", "Freed", "An administrator ends such a wait.", "people/{name}"),
    EventType("mlops.account.password_changed", "Password changed", "A person sets a new password.", "people/{name}"),
    EventType("mlops.token.created", "Token created", "A personal token is made.", "tokens/{id}", TokenCreated),
    EventType("mlops.token.revoked", "Token revoked", "A personal token is revoked.", "tokens/{id}", TokenRevoked),
    EventType(
        "mlops.account.alert_preferences_changed",
        "Preferences changed",
        "A person changes how alerts reach them.",
        "people/{name}",
        PreferencesChanged,
    ),
)
