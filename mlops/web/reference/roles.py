"""The page of roles and actions, from mlops/access/catalogue.py."""

from __future__ import annotations

from mlops.access.catalogue import ACTIONS, SERVER_ACTIONS
from mlops.access.models import BUILT_IN, Role
from mlops.web.reference.tables import code, table

INTRODUCTION = """# Roles and actions

A role is a set of actions in a project. Four are built in; an owner makes others of the same actions (`mlops role
create`), and a token or a service account may be narrowed to some of them. [Access](../guides/access.md) says how
roles are given.

## Actions in a project
"""
SERVER = """## Actions on the server

They belong to no project: a token may be given them, a role not.
"""


def page() -> str:
    head = ("action", "title", "lets one", *(str(Role(one).label) for one in BUILT_IN))
    rows = [
        (
            code(one.name),
            str(one.title),
            str(one.help),
            *("yes" if one.name in BUILT_IN[role] else "–" for role in BUILT_IN),
        )
        for one in ACTIONS
    ]
    server = [(code(one.name), str(one.title), str(one.help)) for one in SERVER_ACTIONS]
    return "\n".join([INTRODUCTION, *table(head, rows), SERVER, *table(("action", "title", "lets one"), server)])
