"""`mlops account`: where one is signed in, and one's second factor."""

from __future__ import annotations

import argparse

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_yes, confirm
from mlops.client.output import show

COLUMNS = (("id", "id"), ("browser", "browser"), ("address", "address"), ("by", "by"), ("seen", "seen_at"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("show", "who you are here, and in which projects", show_account)
    verbs.add("sessions", "the browsers in which you are signed in", list_sessions)
    end = verbs.add("end-session", "sign one browser out", end_session)
    end.add_argument("--session", required=True, metavar="ID", help="as `mlops account sessions` shows it")
    add_yes(verbs.add("end-sessions", "sign all of your browsers out", end_sessions))
    verbs.add("second-factor", "whether you have a second factor, and whether you must", show_factor)
    add_yes(verbs.add("remove-second-factor", "sign in without one from now on", remove_factor))


def show_account(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("me/"))


def list_sessions(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("me/sessions/")["results"], columns=COLUMNS)


def end_session(arguments: argparse.Namespace) -> int:
    connect().request("DELETE", f"me/sessions/{arguments.session}/")
    return show(arguments, {"ended": arguments.session})


def end_sessions(arguments: argparse.Namespace) -> int:
    confirm(arguments, "Sign all of your browsers out?")
    return show(arguments, connect().post("me/sessions/end-others/"))


def show_factor(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("me/second-factor/"))


def remove_factor(arguments: argparse.Namespace) -> int:
    confirm(arguments, "Remove your second factor? The password alone signs you in then.")
    connect().request("DELETE", "me/second-factor/")
    return show(arguments, {"is_set_up": False})
