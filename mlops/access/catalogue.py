"""Every action that a role is made of, and a token may be narrowed to: its name, its title, and what it lets one do.

Each has a floor, the deed that implies it: whoever may `contribute` may do all actions of the floors `read` and
`contribute`, whoever may `own` does all. A custom role names its actions one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext_lazy as _

Deed = Literal["read", "contribute", "own"]
DEEDS: tuple[Deed, ...] = ("read", "contribute", "own")
SEE = "project.read"
"""In every role and every token: who may not see a project can do nothing in it."""


class Action(NamedTuple):
    name: str
    title: Any
    help: Any
    floor: Deed
    by_operator: bool = False
    by_reader: bool = False


ACTIONS: tuple[Action, ...] = (
    Action(SEE, _("See the project"), _("Lists, pages and facts of everything in it."), "read", True, True),
    Action("runs.cancel", _("Stop runs"), _("Cancel runs and jobs that wait or run."), "contribute", True),
    Action("runs.prioritize", _("Put runs first"), _("Give runs a high priority, before those of others."), "own"),
    Action("runs.track", _("Log runs"), _("Create runs, log metrics and files, name and tag them."), "contribute"),
    Action("jobs.submit", _("Submit jobs"), _("Run code of one's own, as jobs."), "contribute"),
    Action("pipelines.run", _("Run pipelines"), _("Start published pipelines and schedules."), "contribute", True),
    Action("pipelines.design", _("Design pipelines"), _("Draw, run, publish and schedule drafts."), "contribute"),
    Action("data.change", _("Change data"), _("Upload, import and version datasets."), "contribute"),
    Action("datastores.manage", _("Manage data stores"), _("Add and change places outside."), "contribute"),
    Action("environments.change", _("Change environments"), _("Define environments and build them."), "contribute"),
    Action("components.change", _("Change components"), _("Register and archive components."), "contribute"),
    Action("models.register", _("Register models"), _("Register, describe and archive models."), "contribute"),
    Action("models.promote", _("Promote models"), _("Move stages and aliases, decide requests."), "contribute"),
    Action("models.package", _("Package models"), _("Build images, convert and profile models."), "contribute", True),
    Action("models.explain", _("Explain models"), _("Compute explanations, stop and delete them."), "contribute"),
    Action("endpoints.create", _("Define endpoints"), _("Create, describe and delete endpoints."), "contribute"),
    Action("models.deploy", _("Deploy models"), _("Add, change and remove deployments."), "contribute", True),
    Action("endpoints.traffic", _("Direct traffic"), _("Split, roll out, roll back, replay."), "contribute", True),
    Action("endpoints.score", _("Score"), _("Send rows to an endpoint through the server."), "contribute", True),
    Action(
        "endpoints.keys", _("Read endpoint keys"), _("See and renew keys, make tokens of callers."), "contribute", True
    ),
    Action("collected.use", _("Use collected data"), _("Rows that endpoints collected, and labels."), "contribute"),
    Action("batch.define", _("Define batch endpoints"), _("Create and delete batch endpoints."), "contribute"),
    Action("batch.deploy", _("Deploy for batches"), _("Add and change batch deployments."), "contribute", True),
    Action("batch.run", _("Run batches"), _("Score whole datasets and folders."), "contribute", True),
    Action("devices.manage", _("Manage devices"), _("Add and remove devices at the edge."), "contribute", True),
    Action("monitors.run", _("Run monitors"), _("Look now, switch on and off, backfill."), "contribute", True),
    Action("monitors.change", _("Define monitors"), _("Create, change and delete monitors."), "contribute"),
    Action("retraining.run", _("Run retraining"), _("Start, compare and stop attempts."), "contribute", True),
    Action("retraining.change", _("Define retraining"), _("Create, change and delete policies."), "contribute"),
    Action("retraining.decide", _("Decide on retraining"), _("Let a new model through, or not."), "contribute"),
    Action("alerts.answer", _("Answer alerts"), _("Acknowledge, resolve and mute alerts."), "contribute", True),
    Action("alerts.change", _("Define alerts"), _("Rules, channels and subscriptions."), "contribute"),
    Action("traces.change", _("Assess traces"), _("Record, tag and assess traces."), "contribute"),
    Action("repositories.use", _("Use repositories"), _("Take a branch or a commit up now."), "contribute", True),
    Action("queries.save", _("Save queries"), _("Save and delete queries for everybody."), "contribute"),
    Action("views.share", _("Share views"), _("Keep a filter for everybody in the project."), "contribute"),
    Action("tags.change", _("Tag things"), _("Tag what is in the project."), "contribute"),
    Action("bin.use", _("Delete and restore"), _("Move things to the bin and back."), "contribute"),
    Action("imports.run", _("Import from MLflow"), _("Take over what MLflow kept."), "contribute"),
    Action("people.manage", _("Manage people"), _("Give and take roles of people and groups."), "own"),
    Action("roles.manage", _("Manage roles"), _("Make roles of this project."), "own"),
    Action("accounts.manage", _("Manage service accounts"), _("Accounts and tokens of programs."), "own"),
    Action("sharing.manage", _("Share"), _("Share single things with others."), "own"),
    Action("rules.manage", _("Set rules"), _("Approval, retention and scan rules."), "own"),
    Action("repositories.manage", _("Manage repositories"), _("Connect Git repositories, releases."), "own"),
    Action("audit.export", _("Export the audit trail"), _("All that happened, as a file with proof."), "own"),
    Action("registries.manage", _("Manage registry logins"), _("Logins to image registries."), "own"),
    Action("bin.empty", _("Remove for good"), _("Empty the bin, for ever."), "own"),
)
SERVER_ACTIONS: tuple[Action, ...] = (
    Action("account.manage", _("Manage one's account"), _("Own tokens and preferences."), "own"),
    Action("projects.create", _("Create projects"), _("And become their owner."), "own"),
    Action("server.administer", _("Administer the server"), _("Where the person is an administrator."), "own"),
)
"""Of no project: a token may be given them, a role not."""

BY_NAME: dict[str, Action] = {one.name: one for one in ACTIONS}
ALL = frozenset(BY_NAME)
TOKEN_ACTIONS = ALL | {one.name for one in SERVER_ACTIONS}
IMPLIED: dict[Deed, frozenset[str]] = {
    "read": frozenset({SEE}),
    "contribute": frozenset(one.name for one in ACTIONS if one.floor != "own"),
    "own": ALL,
}
"""What somebody with the deed may do; and whoever may do all of it has the deed."""


NEEDS: dict[str, frozenset[str]] = {
    "jobs.submit": frozenset({"pipelines.run"}),
    "pipelines.design": frozenset({"pipelines.run"}),
}
"""Actions whose acts run others: whoever may do the one may do these."""


def complete(actions: Iterable[str]) -> frozenset[str]:
    """With seeing the project, and with what the actions need. Unknown names mean nothing."""
    known = frozenset(actions) & TOKEN_ACTIONS
    return known.union({SEE}, *(NEEDS.get(one, ()) for one in known))


def actions_for(deed: str) -> frozenset[str]:
    """The actions that a deed stands for, or the action itself. Raises ValueError where it is neither."""
    if deed in IMPLIED:
        return IMPLIED[deed]
    if deed not in BY_NAME:
        raise ValueError(f"“{deed}” is neither a deed nor an action; see mlops/access/catalogue.py")
    return frozenset({deed})


def deeds_within(actions: frozenset[str]) -> tuple[Deed, ...]:
    """The deeds that these actions amount to."""
    return tuple(deed for deed in DEEDS if IMPLIED[deed] <= actions)
