"""`mlops person`: the people of the server, for administrators."""

from __future__ import annotations

import argparse
import sys
from urllib.parse import quote

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name, add_yes, confirm
from mlops.client.output import show, show_secret

COLUMNS = (
    ("name", "name"),
    ("administrator", "is_administrator"),
    ("active", "is_active"),
    ("second factor", "has_second_factor"),
    ("last signed in", "last_signed_in_at"),
)
HELD = (("what", "what"), ("outcome", "outcome"), ("names", "names"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("list", "everybody, with rank and last visit", list_people)
    create = verbs.add("create", "an account without a password, and a sign-in link that is shown once", create_person)
    create.add_argument("--administrator", action="store_true", help="may see and change everything on the server")
    update = verbs.add("update", "make somebody an administrator, or no longer", update_person)
    update.add_argument("--administrator", required=True, choices=("yes", "no"), help="whether they are one")
    deactivate = verbs.add("deactivate", "close an account, and say what becomes of its things", deactivate_person)
    others = (
        verbs.add("show", "one person", show_person),
        verbs.add("create-link", "a sign-in link, shown once", create_link),
        verbs.add("show-departure", "what would become of the person's things, were the account closed", departure),
        verbs.add("activate", "open a closed account again", activate_person),
        verbs.add("end-sessions", "sign somebody out in all browsers", end_sessions),
    )
    remove = verbs.add("remove-second-factor", "for somebody who lost phone and recovery codes", remove_factor)
    verbs.add("show-second-factor-rule", "who must have a second factor, and who lacks it", show_rule)
    rule = verbs.add("require-second-factor", "say who must have a second factor", require_factor)
    rule.add_argument("--of", required=True, choices=("optional", "administrators", "owners", "everybody"), help="whom")
    rule.add_argument("--grace-days", type=int, default=14, help="so long people are only told (default: 14)")
    rule.add_argument("--reason", default="", help="kept in the audit trail")
    for command in (create, update, deactivate, remove, *others):
        add_name(command, "as the person signs in")
    for command in (update, deactivate, remove, others[3]):
        command.add_argument("--reason", default="", help="kept in the audit trail")
    for command in (deactivate, remove, others[4]):
        add_yes(command)


def list_people(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all("people/"), columns=COLUMNS)


def show_person(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(_path(arguments)))


def create_person(arguments: argparse.Namespace) -> int:
    connection = connect()
    made = connection.post("people/", {"name": arguments.name, "administrator": arguments.administrator})
    return show(arguments, made | connection.post(f"{_path(arguments)}sign-in-link/"))


def create_link(arguments: argparse.Namespace) -> int:
    made = connect().post(f"{_path(arguments)}sign-in-link/")
    return show_secret(arguments, made, "link")


def update_person(arguments: argparse.Namespace) -> int:
    body = {"administrator": arguments.administrator == "yes", "reason": arguments.reason}
    return show(arguments, connect().request("PATCH", _path(arguments), body=body))


def departure(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(f"{_path(arguments)}departure/")["results"], columns=HELD)


def deactivate_person(arguments: argparse.Namespace) -> int:
    connection = connect()
    if not arguments.yes and sys.stdin.isatty():
        for one in connection.get(f"{_path(arguments)}departure/")["results"]:
            print(f"{one['what']}: {one['outcome']}", file=sys.stderr)
    confirm(arguments, f"Deactivate the account of “{arguments.name}”?")
    done = connection.post(f"{_path(arguments)}deactivate/", {"reason": arguments.reason})
    return show(arguments, done["results"], columns=HELD)


def activate_person(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().post(f"{_path(arguments)}activate/", {"reason": arguments.reason}))


def end_sessions(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Sign “{arguments.name}” out in all browsers?")
    return show(arguments, connect().post(f"{_path(arguments)}end-sessions/"))


def remove_factor(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Remove the second factor of “{arguments.name}”?")
    connect().post(f"{_path(arguments)}remove-second-factor/", {"reason": arguments.reason})
    return show(arguments, {"name": arguments.name, "has_second_factor": False})


def show_rule(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("second-factor-rule/"))


def require_factor(arguments: argparse.Namespace) -> int:
    body = {"whom": arguments.of, "grace_days": arguments.grace_days, "reason": arguments.reason}
    return show(arguments, connect().request("PUT", "second-factor-rule/", body=body))


def _path(arguments: argparse.Namespace) -> str:
    return f"people/{quote(arguments.name, safe='')}/"
