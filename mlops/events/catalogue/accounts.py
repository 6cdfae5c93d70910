"""Events of people and their tokens."""

from __future__ import annotations

from typing import Annotated, Literal

from mlops.events.catalogue.described import Data, EventType, Time, said


class Created(Data, kw_only=True):
    administrator: bool


class SignedIn(Data, kw_only=True):
    by: Literal["password", "link", "invitation", "reset", "passkey", "oidc", "ldap", "saml"]
    factor: Annotated[str, said("The second factor: app, passkey or recovery; missing where there was none.")] = ""


class Locked(Data, kw_only=True):
    address: Annotated[str, said("Where the attempts came from.")]
    attempts: int
    until: Time


class Factor(Data, kw_only=True):
    kind: Literal["app", "passkey"]
    name: Annotated[str, said("What the person calls the passkey.")] = ""


class FactorRemoved(Data, kw_only=True):
    kind: Annotated[str, said("passkey: one; otherwise all.")] = "all"
    name: str = ""


class Ended(Data, kw_only=True):
    count: int


class Connected(Data, kw_only=True):
    provider: Annotated[str, said("oidc, saml or ldap.")]


class Ranked(Data, kw_only=True):
    administrator: bool


class FactorRuleChanged(Data, kw_only=True):
    whom: Literal["optional", "administrators", "owners", "everybody"]
    grace_days: int


class Deactivated(Data, kw_only=True):
    held: Annotated[dict[str, int], said("How much of each kind hung on the account, such as tokens and schedules.")]


class Invited(Data, kw_only=True):
    email: str
    role: str


class Accepted(Data, kw_only=True):
    user: str


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
    EventType(
        "mlops.account.factor_added",
        "Second factor added",
        "A person sets up a second factor.",
        "people/{name}",
        Factor,
    ),
    EventType(
        "mlops.account.factor_removed",
        "Second factor removed",
        "A second factor is removed.",
        "people/{name}",
        FactorRemoved,
    ),
    EventType(
        "mlops.account.factor_rule_changed",
        "Second factor required",
        "An administrator says who must have a second factor.",
        "server/second-factor",
        FactorRuleChanged,
    ),
    EventType("mlops.account.codes_renewed", "Codes renewed", "A person makes new recovery codes.", "people/{name}"),
    EventType(
        "mlops.account.sessions_ended", "Sessions ended", "Sessions of a person are ended.", "people/{name}", Ended
    ),
    EventType(
        "mlops.account.connected",
        "Account connected",
        "An account elsewhere becomes a way for a person to sign in.",
        "people/{name}",
        Connected,
    ),
    EventType(
        "mlops.account.rank_changed",
        "Rank changed",
        "An administrator, or groups elsewhere, make a person an administrator, or no longer.",
        "people/{name}",
        Ranked,
    ),
    EventType(
        "mlops.account.deactivated",
        "Account deactivated",
        "An administrator closes the account of a person: sessions and tokens end with it.",
        "people/{name}",
        Deactivated,
    ),
    EventType(
        "mlops.account.activated", "Account activated", "A deactivated account is opened again.", "people/{name}"
    ),
    EventType("mlops.account.link_made", "Link made", "An administrator makes a sign-in link.", "people/{name}"),
    EventType("mlops.account.reset_sent", "Reset sent", "A link for a new password is mailed.", "people/{name}"),
    EventType("mlops.invitation.created", "Invited", "Somebody is invited.", "invitations/{id}", Invited),
    EventType("mlops.invitation.renewed", "Invited again", "An invitation gets a new link.", "invitations/{id}"),
    EventType("mlops.invitation.revoked", "Invitation revoked", "An invitation is taken back.", "invitations/{id}"),
    EventType(
        "mlops.invitation.accepted", "Invitation accepted", "An invitation is accepted.", "invitations/{id}", Accepted
    ),
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
