"""`mlops invitation`: into a project, or to the server."""

from __future__ import annotations

import argparse

from mlops.client.connection import connect
from mlops.client.options import Verbs
from mlops.client.output import show, show_secret

COLUMNS = (
    ("id", "id"),
    ("email", "email"),
    ("project", "project"),
    ("role", "role"),
    ("state", "state"),
    ("expires", "expires_at"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "invite somebody; without mail the link is shown this once", create_invitation)
    create.add_argument("--email", default="", help="where the link is sent, if the server can send mail")
    create.add_argument("--role", default="reader", help="in the project (default: reader)")
    listed = verbs.add("list", "invitations, the latest first", list_invitations)
    for command in (create, listed):
        command.add_argument("--project", metavar="SLUG", default="", help="the project (default: the server)")
    withdraw = verbs.add("withdraw", "take it back; its link works no more", withdraw_invitation)
    resend = verbs.add("resend", "a new link in place of the old one", resend_invitation)
    for command in (create, resend):
        command.add_argument("--days", type=int, default=7, help="how long it is good (default: 7, at most 90)")
    for command in (withdraw, resend):
        command.add_argument("--id", required=True, help="as `mlops invitation list` shows it")


def create_invitation(arguments: argparse.Namespace) -> int:
    body = {
        "project": arguments.project,
        "email": arguments.email,
        "role": arguments.role,
        "days": arguments.days,
    }
    return show_secret(arguments, connect().post("invitations/", body), "link")


def list_invitations(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all("invitations/", project=arguments.project), columns=COLUMNS)


def withdraw_invitation(arguments: argparse.Namespace) -> int:
    connect().request("DELETE", f"invitations/{arguments.id}/")
    return show(arguments, {"withdrawn": arguments.id})


def resend_invitation(arguments: argparse.Namespace) -> int:
    made = connect().post(f"invitations/{arguments.id}/resend/", {"days": arguments.days})
    return show_secret(arguments, made, "link")
