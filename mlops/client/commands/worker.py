"""`mlops worker`: the processes that run steps."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from urllib.parse import quote

from mlops.client.commands import worker_join, worker_token
from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name, add_yes, confirm
from mlops.client.output import Columns, show

PATH = "workers/"
COLUMNS: Columns = (
    ("name", "name"), ("state", "state"), ("since", "since"), ("labels", "labels"), ("slots", "slots"),
    ("running", "running"), ("cpus", "cpus"), ("gpus", "gpus"), ("why", "reason"),
)  # fmt: skip


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("list", "the workers, what they have and how they stand", list_workers)
    shown = verbs.add("show", "one worker", show_worker)
    drain = verbs.add("drain", "let it end what it runs and take nothing new (administrators)", _act("drain"))
    resume = verbs.add("resume", "let it take steps again (administrators)", _act("resume"))
    remove = verbs.add("remove", "stop it; what it runs goes to others (administrators)", remove_worker)
    add_yes(remove)
    worker_join.define(verbs.add("join", "this machine works for a server from now on", worker_join.join))
    worker_token.define(verbs)
    for verb in (shown, drain, resume, remove):
        add_name(verb, "the worker's name or number")


def list_workers(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH), columns=COLUMNS)


def show_worker(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(_one(arguments)))


def remove_worker(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Remove the worker “{arguments.name}”? It stops, and what it runs goes to others.")
    return show(arguments, connect().post(f"{_one(arguments)}remove/", {}))


def _act(name: str) -> Callable[[argparse.Namespace], int]:
    def act(arguments: argparse.Namespace) -> int:
        return show(arguments, connect().post(f"{_one(arguments)}{name}/", {}))

    return act


def _one(arguments: argparse.Namespace) -> str:
    return f"{PATH}{quote(arguments.name, safe='')}/"
