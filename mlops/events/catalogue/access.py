"""Events of roles, groups, service accounts and grants on single things."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class RoleMade(Data, kw_only=True):
    name: str
    actions: Annotated[list[str], said("What whoever holds it may do.")]


class RoleUpdated(Data, kw_only=True):
    name: str
    before: list[str]
    actions: list[str]


class Named(Data, kw_only=True):
    name: str


class GroupDeleted(Data, kw_only=True):
    name: str
    projects: Annotated[list[str], said("Where it held a role until now.")]


class InGroup(Data, kw_only=True):
    user: str


class GroupRoleGiven(Data, kw_only=True):
    group: str
    role: Annotated[str, said("A built-in role, or one of people's own.")]


class GroupRemoved(Data, kw_only=True):
    group: str


class AccountRole(Data, kw_only=True):
    name: str
    role: str


class AccountRemoved(Data, kw_only=True):
    name: str
    tokens_revoked: int


class OfGrant(Data, kw_only=True):
    kind: Annotated[str, said("Such as models or endpoints.")]
    thing: Annotated[str, said("The id of the thing.")]
    name: Annotated[str, said("The name of the thing; empty where it is gone.")]
    holder: Annotated[str, said("A person, a service account or a group.")]
    is_group: bool
    role: Annotated[str, said("What it lets the holder do with this thing alone.")]
    expires_at: Annotated[str, said("ISO 8601; empty: never.")]


class OfOffer(Data, kw_only=True):
    kind: Annotated[str, said("Such as models or data.")]
    thing: Annotated[str, said("The id of the thing.")]
    name: Annotated[str, said("The name of the thing; empty where it is gone.")]
    to: Annotated[str, said("The project to which it is offered; empty: every one.")]


ROLE, GROUP, PROJECT, ACCOUNT = "roles/{name}", "groups/{name}", "projects/{slug}", "service-accounts/{name}"
GIVEN, GONE = "mlops.project.group_role_given", "mlops.project.group_removed"
JOINED, LEFT = "mlops.group.person_added", "mlops.group.person_removed"
MADE, CHANGED = "mlops.service_account.created", "mlops.service_account.role_changed"
REMOVED = "mlops.service_account.removed"
GRANT, OFFER = "grants/{id}", "offers/{id}"

TYPES = (
    EventType("mlops.role.created", "Role created", "Somebody makes a role.", ROLE, RoleMade),
    EventType("mlops.role.updated", "Role changed", "The actions of a role change.", ROLE, RoleUpdated),
    EventType("mlops.role.deleted", "Role deleted", "A role is deleted; nobody held it.", ROLE, RoleMade),
    EventType("mlops.group.created", "Group created", "An administrator makes a group.", GROUP, Named),
    EventType("mlops.group.deleted", "Group deleted", "An administrator deletes a group.", GROUP, GroupDeleted),
    EventType(JOINED, "Person added to group", "A person joins a group.", GROUP, InGroup),
    EventType(LEFT, "Person removed from group", "A person leaves a group.", GROUP, InGroup),
    EventType(GIVEN, "Role given to group", "A group gets a role in a project.", PROJECT, GroupRoleGiven),
    EventType(GONE, "Group removed", "A group loses its role in a project.", PROJECT, GroupRemoved),
    EventType(MADE, "Service account created", "An account is made for a program.", ACCOUNT, AccountRole),
    EventType(CHANGED, "Service account's role changed", "It gets another role.", ACCOUNT, AccountRole),
    EventType(REMOVED, "Service account removed", "Its tokens are refused from now on.", ACCOUNT, AccountRemoved),
    EventType("mlops.grant.given", "Thing shared", "Somebody gets access to one thing.", GRANT, OfGrant),
    EventType("mlops.grant.withdrawn", "Sharing ended", "Somebody takes a grant back.", GRANT, OfGrant),
    EventType("mlops.offer.made", "Thing offered", "A project offers a thing to others.", OFFER, OfOffer),
    EventType("mlops.offer.withdrawn", "Offer withdrawn", "Nothing new may use it.", OFFER, OfOffer),
    EventType("mlops.grant.ended", "Grant ended", "A grant expires, or its thing is gone.", GRANT, OfGrant),
)
