"""Events of projects with their people and registries, and of clusters."""

from __future__ import annotations

from typing import Annotated

from mlops.events.catalogue.described import Data, EventType, said


class Created(Data, kw_only=True):
    name: str


class RoleGiven(Data, kw_only=True):
    user: str
    role: Annotated[str, said("A built-in role, or one of people's own.")]


class PersonRemoved(Data, kw_only=True):
    user: str


class LoginStored(Data, kw_only=True):
    registry: Annotated[str, said("The registry's host.")]
    name: Annotated[str, said("The name to sign in with; the password is never told.")]
    without_tls: bool


class LoginRemoved(Data, kw_only=True):
    registry: str


class ClusterChanged(Data, kw_only=True):
    fields: Annotated[list[str], said("The names of the settings that were given; no values.")]


PROJECT, CLUSTER = "projects/{slug}", "clusters/{name}"


class PersonLeft(Data, kw_only=True):
    user: str


TYPES = (
    EventType("mlops.project.created", "Project created", "A project is made.", PROJECT, Created),
    EventType("mlops.project.role_given", "Role given", "A person gets a role, or another one.", PROJECT, RoleGiven),
    EventType("mlops.project.person_removed", "Person removed", "A person loses the role.", PROJECT, PersonRemoved),
    EventType(
        "mlops.project.person_left",
        "Person left",
        "The account of a person with a role is deactivated; what ran in the person's name is disabled.",
        PROJECT,
        PersonLeft,
    ),
    EventType("mlops.registry.login_stored", "Registry login stored", "A login is stored.", PROJECT, LoginStored),
    EventType("mlops.registry.login_removed", "Registry login removed", "A login is forgotten.", PROJECT, LoginRemoved),
    EventType("mlops.cluster.created", "Cluster created", "An administrator adds a cluster.", CLUSTER, ClusterChanged),
    EventType("mlops.cluster.updated", "Cluster updated", "A cluster's settings change.", CLUSTER, ClusterChanged),
    EventType("mlops.cluster.deleted", "Cluster deleted", "A cluster is taken out.", CLUSTER, ClusterChanged),
)
